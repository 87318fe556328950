import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// `authentication: required` on all services, with the real programs.
@Suite("Identity")
struct IdentityTests {
    private static let invoker = "cloud-run-invoker@my-project.iam.gserviceaccount.com"

    private func start(in folder: TestFolder? = nil, _ settings: [String: String] = [:]) async throws -> TestDaemon {
        var all = settings
        for service in TestDaemon.services { all["services.\(service).authentication"] = "required" }
        return try await TestDaemon.start(in: folder, settings: all)
    }

    private func curl(_ arguments: [String], token: String? = nil) async throws -> String {
        let header = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
        return try await run("curl", ["-sS", "--noproxy", "*"] + header + arguments).output
    }

    private func status(_ url: String, token: String? = nil) async throws -> String {
        try await curl(["-o", "/dev/null", "-w", "%{http_code}", url], token: token)
    }

    private func token(_ daemon: TestDaemon, _ arguments: String...) async throws -> String {
        let printed = try await daemon.trivetctl(["auth", "print-identity-token"] + arguments)
        #expect(printed.status == 0, "\(printed.errors)")
        return printed.output.trimmingCharacters(in: .newlines)
    }

    @Test("the lab's commands work with a token, and with none or another's every one is refused")
    func lab() async throws {
        let daemon = try await start()
        let mine = try await token(daemon)
        for service in TestDaemon.services {
            let base = try daemon.url(service)
            for path in ["", "/api/v1/purge", "/nothing/here"] {
                #expect(try await status(base + path) == "401", "\(service)\(path)")
            }
            #expect(try await curl([base]) == #"{"message":"authentication required."}"#)
            #expect(try await status(base, token: mine) == "200")
            #expect(try await status(base + "/nothing/here", token: mine) == "404")
            let invoker = try await token(
                daemon, "--impersonate-service-account", Self.invoker, "--audiences", base + "/api/v1/any")
            #expect(try await status(base, token: invoker) == "200")
            let other = try daemon.url(TestDaemon.services.first { $0 != service } ?? "")
            #expect(try await status(other, token: invoker) == "401", "a token for one service is none for another")
        }
        let board = try daemon.url("message-board-service")
        let json = ["-X", "POST", "-H", "Content-Type: application/json"]
        let stored = try await curl(
            json + ["-d", #"{"name":"Bob","message":"hi"}"#, board + "/api/v1/store"], token: mine)
        #expect(stored.hasPrefix(#"{"message":"hi","name":"Bob""#))
        let retrieved = try await curl(json + ["-d", #"{"name":"Bob"}"#, board + "/api/v1/retrieve"], token: mine)
        #expect(retrieved.contains(#""message":"hi""#))
        #expect(try await status(try daemon.url("metrics", "/metrics")) == "200", "the metrics stay open")
        #expect(try await status(try daemon.url("metrics", "/livez")) == "200")
    }

    @Test("who may call changes at once; the record names the principal, the reason and the command that helps")
    func bindings() async throws {
        let daemon = try await start()
        let base = try daemon.url("hello-world-service")
        let made = try await daemon.trivetctl(
            "iam", "service-accounts", "create", "pusher-one", "--format", "value(email)")
        let email = made.output.trimmingCharacters(in: .newlines)
        let pusher = try await token(daemon, "--impersonate-service-account", "pusher-one", "--audiences", base)
        #expect(try await curl([base], token: pusher) == #"{"message":"permission denied."}"#)
        let binding = ["hello-world-service", "--member=serviceAccount:\(email)", "--role=roles/run.invoker"]
        var advice = ""
        try await eventually("the refusal is in the log") {
            let read = try await daemon.trivetctl(
                "logs", "read", "--status", "403", "--format", "value(labels.principal,labels.error)")
            advice = read.output
            return advice.hasPrefix(email)
        }
        #expect(advice.contains("trivetctl services add-iam-policy-binding \(binding.joined(separator: " "))"))

        #expect(try await daemon.trivetctl(["services", "add-iam-policy-binding"] + binding).status == 0)
        #expect(try await status(base, token: pusher) == "200")
        #expect(try await daemon.trivetctl(["services", "remove-iam-policy-binding"] + binding).status == 0)
        #expect(try await status(base, token: pusher) == "403")
        #expect(try await daemon.trivetctl(["services", "add-iam-policy-binding"] + binding).status == 0)
        #expect(try await daemon.trivetctl("iam", "service-accounts", "delete", "pusher-one").status == 0)
        #expect(try await status(base, token: pusher) == "401")

        let open = ["hello-world-service", "--member=allUsers", "--role=roles/run.invoker"]
        #expect(try await daemon.trivetctl(["services", "add-iam-policy-binding"] + open).status == 0)
        #expect(try await curl([base]) == "Hello world service.")
        let metrics = try await daemon.metrics()
        let name = #"trivet_http_unauthorized_total{reason="unbound",service="hello-world-service"}"#
        #expect(metrics[name] == 2)
    }

    @Test("the purge job has a token of its account; one that is refused names what to do")
    func jobs() async throws {
        let daemon = try await start()
        func attempt(_ job: String) async throws -> String {
            let ran = try await daemon.runJob(job, "--format", "value(outcome,message)")
            return ran.output
        }
        #expect(try await attempt("log-purge-job").hasPrefix("succeeded"))
        let binding = [
            "storage-logging-service", "--member=serviceAccount:\(Self.invoker)", "--role=roles/run.invoker",
        ]
        #expect(try await daemon.trivetctl(["services", "remove-iam-policy-binding"] + binding).status == 0)
        let refused = try await attempt("log-purge-job")
        #expect(refused.hasPrefix("failed"))
        #expect(refused.contains("trivetctl services add-iam-policy-binding \(binding.joined(separator: " "))"))
        #expect(try await daemon.trivetctl(["services", "add-iam-policy-binding"] + binding).status == 0)

        let url = try daemon.url("hello-world-service", "/")
        let create = [
            "scheduler", "jobs", "create", "http", "hello", "--schedule", "0 0 1 1 *", "--http-method", "GET",
        ]
        #expect(try await daemon.trivetctl(create + ["--uri", url]).status == 0)
        #expect(try await attempt("hello").contains("--oidc-service-account-email=\(Self.invoker)"))
        let update = ["scheduler", "jobs", "update", "http", "hello"]
        #expect(try await daemon.trivetctl(update + ["--oidc-service-account-email", Self.invoker]).status == 0)
        #expect(try await attempt("hello").hasPrefix("succeeded"))
        #expect(try await daemon.trivetctl(update + ["--oidc-token-audience", "http://elsewhere"]).status == 0)
        #expect(try await attempt("hello").hasPrefix("failed"))
        #expect(try await daemon.trivetctl(update + ["--oidc-service-account-email", "x@y.z"]).status == 0)
        #expect(try await attempt("hello").contains("there is no account x@y.z"))
        #expect(try await daemon.trivetctl(update + ["--clear-auth-token"]).status == 0)
        #expect(try await attempt("hello").contains("requires authentication"))
    }

    @Test("Google's own library verifies our tokens against our key set, also after a rotation")
    func googleAuth() async throws {
        let daemon = try await start()
        let program = """
            import sys
            from google.auth.transport import requests
            from google.oauth2 import id_token
            token, audience, keys = sys.argv[1:]
            claims = id_token.verify_token(token, requests.Request(), audience=audience, certs_url=keys)
            print(claims["iss"], claims["email"], claims["email_verified"], claims["exp"] - claims["iat"])
            """
        let keys = try daemon.url("metrics", "/.well-known/jwks.json")
        let audience = "http://hello.example.org"
        func verify(_ token: String, _ audience: String = audience) async throws -> CommandResult {
            try await PythonEnvironment.run(program, [token, audience, keys])
        }
        let first = try await token(daemon, "--impersonate-service-account", Self.invoker, "--audiences", audience)
        let expected = "\(try daemon.url("metrics")) \(Self.invoker) True 3600\n"
        #expect(try await verify(first).output == expected)
        #expect(try await daemon.trivetctl("iam", "keys", "rotate").status == 0)
        let second = try await token(daemon, "--impersonate-service-account", Self.invoker, "--audiences", audience)
        #expect(second != first)
        #expect(try await verify(first).output == expected, "the old key is still served")
        #expect(try await verify(second).output == expected)
        #expect(try await verify(second, "http://other.example.org").status != 0)
        #expect(try await verify(second.dropLast(6) + "AAAAAA").status != 0)
    }

    @Test("an account that was made is there after a kill, and what the operator deleted stays deleted")
    func restarts() async throws {
        let folder = try TestFolder()
        let settings = ["identity.issuer": "http://id.example.org"]
        let first = try await start(in: folder, settings)
        let base = try first.url("hello-world-service")
        let mine = try await token(first)
        #expect(try await status(base, token: mine) == "200")
        #expect(try await first.trivetctl("iam", "service-accounts", "delete", Self.invoker).status == 0)
        #expect(try await first.trivetctl("iam", "service-accounts", "create", "pusher-one").status == 0)
        await first.kill()
        let second = try await start(in: folder, settings)
        let accounts = try await second.trivetctl("iam", "service-accounts", "list", "--format", "value(email)")
        #expect(accounts.output == "pusher-one@my-project.iam.gserviceaccount.com\n")
        #expect(try await status(second.url("hello-world-service"), token: mine) == "200", "the key is the same")
        #expect(await second.stop() == .exited(0))
    }

    @Test("an empty first start makes no account, but its owners may call")
    func emptyStart() async throws {
        let daemon = try await start(["first_start": "empty"])
        #expect(try await daemon.trivetctl("iam", "service-accounts", "list", "--format", "ndjson").output.isEmpty)
        #expect(try await status(try daemon.url("hello-world-service"), token: try await token(daemon)) == "200")
    }

    @Test("a broken key file refuses the start, with the file's name and what to do")
    func brokenKey() async throws {
        let folder = try TestFolder()
        let daemon = try await start(in: folder)
        _ = try await token(daemon)
        #expect(await daemon.stop() == .exited(0))
        let keys = folder.file("data/keys")
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: keys).first)
        try Data("broken".utf8).write(to: URL(filePath: "\(keys)/\(name)"))
        let result = try await run(
            Programs.trivetd, ["--config", "/dev/null", "--data-dir", folder.file("data")],
            environment: TestDaemon.environment())
        #expect(result.status == 1)
        #expect(result.errors.contains("keys/\(name)") && result.errors.contains("Restore it from a backup"))
    }

    @Test("a large body behind a bad token is not waited for")
    func largeBody() async throws {
        let daemon = try await start()
        let address = try #require(daemon.addresses["message-board-service"])
        let head = [
            "POST /api/v1/store HTTP/1.1", "Host: x", "Authorization: Bearer x.y.z", "Content-Type: application/json",
            "Content-Length: 1000000",
        ]
        let status = try await RawConnection.status(
            address, sending: Array((head.joined(separator: "\r\n") + "\r\n\r\n{").utf8))
        #expect(status == 401)
    }
}
