import Foundation
import JSON
import TestSupport
import Testing

/// The admin's address with `admin.authentication: required`.
@Suite("Over TCP the admin side asks who calls, and lets each do what their role allows")
struct AdminAccessTests {
    private static func start() async throws -> TestDaemon {
        try await TestDaemon.start(settings: ["admin.authentication": "required"])
    }

    private func curl(_ token: String?, _ arguments: String...) async throws -> (status: String, body: String) {
        let authorization = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
        let result = try await run(
            "curl", ["-sS", "--noproxy", "*", "-w", "\n%{http_code}", "--max-time", "120"] + authorization + arguments)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    private func token(_ daemon: TestDaemon, _ kind: String, _ arguments: String...) async throws -> String {
        let result = try await daemon.trivetctl(["auth", "print-\(kind)-token"] + arguments)
        try #require(result.status == 0, "\(result.errors)")
        return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Makes an account with a role, and gives an access token of it.
    private func account(_ daemon: TestDaemon, _ name: String, role: String?) async throws -> String {
        #expect(try await daemon.trivetctl("iam", "service-accounts", "create", name).status == 0)
        if let role {
            let member = "serviceAccount:\(name)@my-project.iam.gserviceaccount.com"
            let bind = ["projects", "add-iam-policy-binding", "my-project", "--member", member, "--role", role]
            #expect(try await daemon.trivetctl(bind).status == 0)
        }
        return try await token(daemon, "access", "--impersonate-service-account", name)
    }

    private func error(_ body: String) throws -> JSONObject? {
        try JSONValue(parsing: Array(body.utf8)).object?["error"]?.object
    }

    @Test("Nobody without a good token is let in, anywhere; root's, from trivetctl, does everything")
    func tokens() async throws {
        let daemon = try await Self.start()
        let base = try daemon.url("admin")
        let service = try await token(daemon, "identity", "--audiences", "http://hello-world-service")
        for (token, path) in [
            (nil, "/storage/v1/b"), (nil, "/admin/v1/status"), (nil, "/nothing/here"), ("garbage", "/storage/v1/b"),
            (service, "/storage/v1/b"),
        ] {
            let answer = try await curl(token, "\(base)\(path)")
            #expect(answer.status == "401", "\(path)")
            #expect(try error(answer.body)?["status"] == "UNAUTHENTICATED")
            #expect(try error(answer.body)?["code"] == 401)
        }
        let head = try await curl(nil, "-i", "\(base)/storage/v1/b")
        #expect(head.body.lowercased().contains("www-authenticate: bearer"))
        let metrics = try await daemon.metrics()
        #expect(metrics[#"trivet_http_unauthorized_total{reason="missing",service="admin"}"#] == 4)
        #expect(metrics[#"trivet_http_unauthorized_total{reason="wrong_audience",service="admin"}"#] == 1)

        let root = try await token(daemon, "access")
        #expect(try await curl(root, "\(base)/admin/v1/status").status == "200")
        #expect(try await curl(root, "-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b").status == "200")
        let purge = ["-X", "POST", "-H", "Content-Type: application/json", "\(base)/admin/v1/purge"]
        #expect(try await curl(root, purge[0], purge[1], purge[2], purge[3], purge[4]).status == "200")
        let mine = try await token(daemon, "identity", "--audiences", base)
        #expect(try await curl(mine, "\(base)/storage/v1/b/photos").status == "200")
        #expect(try await curl(root, "\(base)/nothing/here").status == "404")
        let audited = try await daemon.trivetctl("audit", "list", "--format", "value(method,principal,peer)")
        #expect(audited.output.contains("storage.buckets.create\troot@trivet.local\t127.0.0.1\n"), "\(audited.output)")
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("A viewer reads, an operator changes contents, an admin sets up; who has no role may nothing")
    func roles() async throws {
        let daemon = try await Self.start()
        let base = try daemon.url("admin")
        let root = try await token(daemon, "access")
        #expect(try await curl(root, "-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b").status == "200")
        let upload = "\(base)/upload/storage/v1/b/photos/o?uploadType=media&name=a"
        let policy = "\(base)/v1/projects/my-project:setIamPolicy"
        let ranks = [nil, "roles/viewer", "roles/operator", "roles/admin"]
        for (rank, role) in ranks.enumerated() {
            let token = try await account(daemon, "judged-\(rank)", role: role)
            let calls: [(least: Int, arguments: [String])] = [
                (1, ["\(base)/storage/v1/b"]), (1, ["\(base)/admin/v1/status"]), (1, ["\(base)/v1/projects"]),
                (2, ["-d", "x", upload]),
                (2, ["-X", "POST", "-H", "Content-Type: application/json", "\(base)/admin/v1/purge"]),
                (3, ["-d", #"{"name":"photos-\#(rank)"}"#, "\(base)/storage/v1/b"]),
                (3, ["-d", #"{"accountId":"made-by-\#(rank)"}"#, "\(base)/v1/projects/my-project/serviceAccounts"]),
            ]
            for (least, arguments) in calls {
                let result = try await run(
                    "curl",
                    ["-sS", "--noproxy", "*", "-w", "\n%{http_code}", "-H", "Authorization: Bearer \(token)"]
                        + arguments)
                let lines = result.output.split(separator: "\n")
                #expect(lines.last == (rank < least ? "403" : "200"), "\(role ?? "no role") \(arguments)")
                guard rank < least else { continue }
                let error = try error(lines.dropLast().joined(separator: "\n"))
                #expect(error?["status"] == "PERMISSION_DENIED")
                #expect(error?["message"]?.string?.contains("add-iam-policy-binding my-project") == true)
            }
            if rank < 3 { #expect(try await curl(token, "-d", "{}", policy).status == "403") }
        }
        // What was refused is in the audit log, with who asked.
        let denied = try await daemon.trivetctl(
            "audit", "list", "--result", "denied", "--limit", "100", "--format", "value(method,principal)")
        let viewer = "judged-1@my-project.iam.gserviceaccount.com"
        #expect(denied.output.contains("storage.buckets.create\t\(viewer)\n"), "\(denied.output)")

        // A role that is taken away, or an account that is gone, ends what its tokens may.
        let viewing = try await token(daemon, "access", "--impersonate-service-account", "judged-1")
        #expect(try await curl(viewing, "\(base)/storage/v1/b").status == "200")
        #expect(
            try await daemon.trivetctl(
                "projects", "remove-iam-policy-binding", "my-project", "--member", "serviceAccount:\(viewer)", "--role",
                "roles/viewer"
            ).status == 0)
        #expect(try await curl(viewing, "\(base)/storage/v1/b").status == "403")
        #expect(try await daemon.trivetctl("iam", "service-accounts", "delete", viewer).status == 0)
        #expect(try await curl(viewing, "\(base)/storage/v1/b").status == "401")
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("Without authentication, on any other address than loopback, the daemon does not start")
    func openToTheWorld() async throws {
        let folder = try TestFolder()
        let settings = TestDaemon.environment(["admin.listen": "0.0.0.0:0"])
        let result = try await run(
            Programs.trivetd, ["--config", "/dev/null", "--data-dir", folder.file("data")], environment: settings)
        #expect(result.status == 1)
        #expect(result.errors.contains("admin.authentication is none"), "\(result.errors)")
        let metadata = TestDaemon.environment(["metadata.listen": "0.0.0.0:0"])
        let refused = try await run(
            Programs.trivetd, ["--config", "/dev/null", "--data-dir", folder.file("data")], environment: metadata)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("gives tokens to whoever asks"), "\(refused.errors)")
    }
}
