import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(20))) struct RouteAccessTests {
    /// What an operator may change: contents. All else that changes something is an administrator's.
    private static let contents = ["/storage/v1/b/{bucket}/o", "/upload/storage/v1/", "/resumable/upload/storage/v1/"]
    /// What an operator does with what is set up.
    private static let operations = [
        ":publish", ":pull", ":acknowledge", ":modifyAckDeadline", ":pause", ":resume", ":run",
    ]
    /// For who may act for the account, whatever else they may.
    private static let acting = [":generateAccessToken", ":generateIdToken"]
    /// POST for what only reads.
    private static let questions = [":getIamPolicy", ":testIamPermissions", "/v2/entries:list"]
    /// What there is not: whoever may look is told so, whatever they ask.
    private static let missing = [
        "/v1/projects/{project}/snapshots", "/v1/projects/{project}/schemas", "/v1/projects/{project}/operations",
    ]

    /// The least rank that has a route: 1 a viewer's, 2 an operator's, 3 an administrator's.
    private static func rank(_ route: Route) -> Int {
        if route.method == .get || questions.contains(where: route.path.hasSuffix) { return 1 }
        if missing.contains(where: route.path.hasPrefix) { return 1 }
        if operations.contains(where: route.path.hasSuffix) { return 2 }
        return contents.contains(where: route.path.hasPrefix) ? 2 : 3
    }

    @Test("every route asks for a role, and refuses in Google's shape who has none that is enough")
    func everyRoute() async throws {
        try await CloudWorld.run { world in
            let ranks: [(email: String, role: Role?)] = [
                ("nobody@example.org", nil), ("viewer@example.org", .viewer), ("operator@example.org", .operator),
            ]
            for case (let email, let role?) in ranks {
                _ = try await world.identities.bind(.user(email), to: role, on: .project)
            }
            #expect(world.routes.count > 60)
            for route in world.routes {
                for (rank, caller) in ranks.enumerated() {
                    let answer = try await world.ask(route, as: caller.email)
                    let isRefused = rank < Self.rank(route)
                    #expect((answer.status == 403) == isRefused, "\(route.method) \(route.path) \(caller.email)")
                    guard isRefused else { continue }
                    #expect(answer.json?["error"]?.object?["status"] == "PERMISSION_DENIED")
                    #expect(answer.json?["error"]?.object?["code"] == 403)
                }
                // On the socket who is neither root nor the daemon's user reads.
                let answer = try await world.ask(route, user: 4_294_967_000)
                #expect((answer.status == 403) == (Self.rank(route) > 1), "\(route.method) \(route.path)")
            }
        }
    }

    @Test("where nobody is asked who they are everything is allowed but to act for an account")
    func anonymous() async throws {
        try await CloudWorld.run { world in
            for route in world.routes where Self.acting.contains(where: route.path.hasSuffix) {
                #expect(try await world.ask(route).status == 403, "\(route.path)")
            }
            let create = try world.route("POST /v1/projects/{project}/serviceAccounts")
            let made = try await world.ask(
                create, parameters: ["project": "my-project"], body: #"{"accountId":"judged-one"}"#)
            #expect(made.status == 200)
            #expect(world.done == ["iam.serviceAccounts.create 200"])
        }
    }

    @Test("who may act for an account gets its tokens, and nobody else's; the log is told of both")
    func acting() async throws {
        try await CloudWorld.run { world in
            let (one, other) = (
                try await world.identities.createAccount("judged-one"),
                try await world.identities.createAccount("judged-two")
            )
            _ = try await world.identities.bind(
                .user("ann@example.org"), to: .tokenCreator, on: .account(one.email))
            let path = "POST /v1/projects/{project}/serviceAccounts/{account}"
            let access = try world.route("\(path):generateAccessToken")
            let identity = try world.route("\(path):generateIdToken")
            func ask(_ route: Route, _ account: String, _ body: String, as who: String) async throws -> Int {
                try await world.ask(route, as: who, parameters: ["project": "-", "account": account], body: body).status
            }
            let scope = #"{"scope":["x"]}"#
            #expect(try await ask(access, one.email, scope, as: "ann@example.org") == 200)
            #expect(try await ask(access, one.uniqueID, scope, as: "ann@example.org") == 200)
            #expect(try await ask(identity, one.email, #"{"audience":"http://x"}"#, as: "ann@example.org") == 200)
            #expect(try await ask(access, other.email, scope, as: "ann@example.org") == 403)
            #expect(try await ask(access, "no@body.example", scope, as: "ann@example.org") == 403)
            #expect(try await ask(access, one.email, scope, as: "bob@example.org") == 403)
            _ = try await world.identities.bind(.user("bob@example.org"), to: .tokenCreator, on: .project)
            #expect(try await ask(access, other.email, scope, as: "bob@example.org") == 200)
            #expect(try await ask(access, "no@body.example", scope, as: "bob@example.org") == 404)
            for body in [
                "{}", #"{"scope":["x"],"lifetime":"0s"}"#, #"{"scope":["x"],"lifetime":"3601s"}"#,
                #"{"scope":["x"],"lifetime":"nans"}"#, #"{"scope":["x"],"lifetime":"1e300s"}"#,
                #"{"scope":["x"],"lifetime":5}"#,
            ] { #expect(try await ask(access, one.email, body, as: "ann@example.org") == 400, "\(body)") }
            let chain = #"{"scope":["x"],"delegates":["y"]}"#
            #expect(try await ask(access, one.email, chain, as: "ann@example.org") == 501)
            #expect(world.refused.allSatisfy { $0 == "iam.serviceAccounts.generateAccessToken" })
            #expect(world.refused.count == 3)
            #expect(world.done.filter { $0.hasSuffix(" 200") }.count == 4)
        }
    }

    @Test(
        "an account that is made again is another one: nobody may act for it, and its tokens are short-lived if asked")
    func madeAgain() async throws {
        try await CloudWorld.run { world in
            let account = try await world.identities.createAccount("judged-one", description: "first")
            _ = try await world.identities.bind(
                .user("ann@example.org"), to: .tokenCreator, on: .account(account.email))
            let token = try await world.identities.accessToken(of: account.email, lifetime: .seconds(60))
            #expect(token.expireTime.since(.now) <= .seconds(60))
            try await world.identities.deleteAccount(account.email)
            let again = try await world.identities.createAccount("judged-one")
            #expect(again.email == account.email && again.description.isEmpty)
            #expect(try world.identities.policy(of: .account(again.email)).bindings.isEmpty)
            #expect(!world.identities.allows(.user("ann@example.org"), .tokenCreator, on: .account(again.email)))
        }
    }
}
