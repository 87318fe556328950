import AdminModel
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import Settings
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveIdentityTests {
    private let pusher = "pusher-one@my-project.iam.gserviceaccount.com"

    @Test("Accounts are made, listed, described by email or name, and deleted")
    func accounts() async throws {
        try await LiveDaemon.run { daemon in
            let create = ["iam", "service-accounts", "create", "pusher-one", "--display-name", "The pusher"]
            let made = await daemon.trivetctl(create + ["--format", "value(email,displayName)"])
            #expect(made.lines == ["\(pusher)\tThe pusher"], "\(made.words)")
            #expect(await daemon.trivetctl(create).exit == 1)
            #expect(
                await daemon.trivetctl("iam", "service-accounts", "list", "--format", "value(email)").lines == [pusher])
            for name in ["pusher-one", pusher] {
                let shown = await daemon.trivetctl(
                    "iam", "service-accounts", "describe", name, "--format", "value(uniqueId)")
                #expect(shown.lines == [daemon.identities.account(pusher)?.uniqueID])
            }
            #expect(await daemon.trivetctl("iam", "service-accounts", "delete", "pusher-one").exit == 0)
            #expect(await daemon.trivetctl("iam", "service-accounts", "delete", "pusher-one").exit == 5)
            #expect(await daemon.trivetctl("iam", "service-accounts", "create", "Nope").exit == 2)
        }
    }

    @Test("Roles are bound and unbound on services and the project; the table has a line a member")
    func bindings() async throws {
        try await LiveDaemon.run { daemon in
            for (noun, name, role) in [
                ("services", "hello-world-service", "roles/run.invoker"), ("projects", "my-project", "roles/viewer"),
            ] {
                let binding = [name, "--member=user:ann@example.org", "--role=\(role)"]
                let added = await daemon.trivetctl([noun, "add-iam-policy-binding"] + binding)
                #expect(added.lines.last?.split(separator: " ").map(String.init) == [role, "user:ann@example.org"])
                #expect(
                    await daemon.trivetctl(noun, "get-iam-policy", name, "--format", "value(bindings,version)").lines
                        == [#"{"members":["user:ann@example.org"],"role":"\#(role)"}"# + "\t1"])
                #expect(await daemon.trivetctl([noun, "remove-iam-policy-binding"] + binding).exit == 0)
                #expect(await daemon.trivetctl([noun, "remove-iam-policy-binding"] + binding).exit == 5)
                #expect(await daemon.trivetctl(noun, "get-iam-policy", "nope").exit == 5)
            }
            let wrong = await daemon.trivetctl(
                "services", "add-iam-policy-binding", "hello-world-service", "--member=allUsers", "--role=roles/owner")
            #expect(wrong.exit == 2)
            #expect(wrong.words.contains("roles/run.invoker, roles/iam.serviceAccountTokenCreator"))
        }
    }

    @Test("A policy is replaced whole, unless it was changed since it was read")
    func etags() async throws {
        try await LiveDaemon.run { daemon in
            let path = "/admin/v1/services/hello-world-service/iamPolicy"
            let body = #"{"bindings":[{"role":"roles/run.invoker","members":["allUsers"]}],"etag":"0"}"#
            let first = try await daemon.ask("PUT", path, body)
            #expect(first.status == 200)
            #expect(first.json.object?["bindings"]?.array?.count == 1)
            let second = try await daemon.ask("PUT", path, body)
            #expect(second.status == 409)
            #expect(second.json.object?["error"]?.object?["status"] == "ABORTED")
            #expect(try await daemon.ask("GET", path).json == first.json)
            for bad in [
                "{}", #"{"bindings":{}}"#, #"{"bindings":[{"role":"roles/run.invoker"}]}"#,
                #"{"bindings":[{"role":"roles/run.invoker","members":[1]}]}"#,
                #"{"bindings":[{"role":"roles/run.invoker","members":[],"condition":{}}]}"#,
                #"{"bindings":[],"etag":7}"#, #"{"bindings":[],"other":7}"#,
            ] {
                #expect(try await daemon.ask("PUT", path, bad).status == 400, "\(bad)")
            }
            #expect(try await daemon.ask("PUT", "/admin/v1/projects/other/iamPolicy", body).status == 404)
        }
    }

    @Test("Keys are listed and rotated; a token is the bare text")
    func keysAndTokens() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.identities.createAccount("pusher-one")
            let token = await daemon.trivetctl("auth", "print-identity-token")
            #expect(token.lines.count == 1)
            #expect(token.lines.first?.split(separator: ".").count == 3)
            #expect(
                await daemon.trivetctl(
                    "auth", "print-identity-token", "--impersonate-service-account", "pusher-one", "--audiences",
                    "http://x.org", "--format", "value(email,audience)"
                ).lines == ["\(pusher)\thttp://x.org"])
            #expect(
                await daemon.trivetctl("auth", "print-identity-token", "--impersonate-service-account", "nobody").exit
                    == 5)
            let access = await daemon.trivetctl("auth", "print-access-token")
            let entered = daemon.identities.mayEnter(
                admin: "admin", authorization: ["Bearer \(access.lines.first ?? "")"])
            if case .now(.allowed(let principal)) = entered {
                #expect(principal?.email == "root@trivet.local")
            } else {
                Issue.record("refused: \(entered)")
            }
            let rotated = await daemon.trivetctl("iam", "keys", "rotate", "--format", "value(id)")
            #expect(
                await daemon.trivetctl("iam", "keys", "list", "--format", "value(state)").lines == [
                    "ACTIVE", "RETIRED",
                ])
            #expect(
                await daemon.trivetctl("iam", "keys", "list", "--format", "value(id)").lines.first
                    == rotated.lines.first)
        }
    }

    @Test("A reader gets a token for itself, and for an account only with the role")
    func readers() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.identities.createAccount("pusher-one")
            let routes = AdminService(daemon.parts(1_000)).routes
            let route = try #require(routes.first { $0.path == AdminPath.identityToken })
            func ask(_ body: String, _ peer: Peer) async throws -> Int {
                let request = try HostedRequest(
                    .post, "/", headers: [.contentType: "application/json"], peer: peer, body: Array(body.utf8))
                return try await route.handler(request).status.code
            }
            let reader = Peer.unix(PeerCredentials(pid: 1, uid: 4_000_001, gid: 1))
            let impersonation = #"{"serviceAccount":"pusher-one"}"#
            #expect(try await ask("", reader) == 200)
            #expect(try await ask(impersonation, reader) == 403)
            _ = try await daemon.identities.bind(LocalUser(uid: 4_000_001).member, to: .tokenCreator, on: .project)
            #expect(try await ask(impersonation, reader) == 200)
            #expect(try await ask("", .tcp("127.0.0.1")) == 403)
        }
    }

    @Test("The description and the key set are open to all, and may be kept for a while")
    func discovery() async throws {
        try await LiveDaemon.run { daemon in
            let key = try await daemon.identities.rotateKeys()
            for route in DiscoveryRoutes(daemon.identities).routes {
                let response = try await route.handler(try HostedRequest(.get, route.path))
                #expect(response.headers[.cacheControl] == "public, max-age=300")
                guard case .bytes(let bytes) = response.body else { continue }
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(text.contains("http://issuer.test/.well-known/jwks.json") || text.contains(key.id))
            }
        }
    }
}
