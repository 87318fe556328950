import AdminModel
import Audit
import HTTPTypes
import Hosting
import Identity
import Testing

@testable import AdminAPI

/// Who may do what over TCP, where a token has shown who asks.
@Suite(.timeLimit(.minutes(20))) struct LiveAccessTests {
    /// What an operator may do, besides reading. All that is not here, and does not read, is an administrator's.
    private static let operations: Set<String> = [
        "POST \(AdminPath.purge)", "POST \(AdminPath.logLevel)", "DELETE \(AdminPath.logLevel)",
        "POST \(AdminPath.jobs)/{job}:run", "POST \(AdminPath.jobs)/{job}:pause",
        "POST \(AdminPath.jobs)/{job}:resume", "DELETE \(AdminPath.entity)",
        "POST \(AdminPath.topics)/{topic}:publish", "POST \(AdminPath.subscriptions)/{subscription}:pull",
        "POST \(AdminPath.subscriptions)/{subscription}:acknowledge",
        "POST \(AdminPath.subscriptions)/{subscription}:modifyAckDeadline",
        "POST \(AdminPath.subscriptions)/{subscription}:seek",
    ]
    /// Answered on the socket only, whoever asks.
    private static let tokens: Set<String> = ["POST \(AdminPath.identityToken)", "POST \(AdminPath.accessToken)"]

    private static func name(_ route: Route) -> String { "\(route.method.rawValue) \(route.path)" }

    private func status(_ route: Route, as principal: String?) async throws -> Int {
        do {
            let request = try HostedRequest(
                route.method, "/?unknown=1", peer: .tcp("192.0.2.7"), principal: principal, body: Array("[".utf8))
            return try await route.handler(request).status.code
        } catch let problem as HTTPProblem {
            return problem.status.code
        }
    }

    @Test("every route asks for a role: reading for a viewer's, operations for an operator's, all else for an admin's")
    func everyRoute() async throws {
        try await LiveDaemon.run { daemon in
            let routes = AdminService(daemon.parts(nil)).routes
            let names = Set(routes.map(Self.name))
            #expect(Self.operations.isSubset(of: names), "\(Self.operations.subtracting(names))")
            let ranks: [(email: String, role: Role?)] = [
                ("nobody@example.org", nil), ("viewer@example.org", .viewer), ("operator@example.org", .operator),
                ("admin@example.org", .admin),
            ]
            for case (let email, let role?) in ranks {
                _ = try await daemon.identities.bind(.user(email), to: role, on: .project)
            }
            for route in routes where !Self.tokens.contains(Self.name(route)) {
                let least = route.method == .get ? 1 : Self.operations.contains(Self.name(route)) ? 2 : 3
                for (rank, caller) in ranks.enumerated() {
                    // Whoever may, is told that there is no such parameter: nothing is done.
                    let expected = rank < least ? 403 : 400
                    #expect(
                        try await status(route, as: caller.email) == expected, "\(Self.name(route)) \(caller.email)")
                }
                let anonymous = route.method == .get ? 400 : 403
                #expect(try await status(route, as: nil) == anonymous, "\(Self.name(route)) without a name")
            }
            #expect(daemon.purges.value.isEmpty)
        }
    }

    @Test("a role made for one thing allows that, and on the socket a user of this machine may what their role allows")
    func others() async throws {
        try await LiveDaemon.run { daemon in
            let routes = AdminService(daemon.parts(nil)).routes
            func route(_ name: String) throws -> Route { try #require(routes.first { Self.name($0) == name }) }
            let publish = try route("POST \(AdminPath.topics)/{topic}:publish")
            #expect(try await status(publish, as: "publisher@example.org") == 403)
            _ = try await daemon.identities.bind(.user("publisher@example.org"), to: .publisher, on: .project)
            #expect(try await status(publish, as: "publisher@example.org") == 400)
            let purge = try route("POST \(AdminPath.purge)")
            #expect(try await status(purge, as: "publisher@example.org") == 403)

            let peer = Peer.unix(PeerCredentials(pid: 1, uid: 4_294_967_000, gid: 7))
            let request = try HostedRequest(.post, "/?unknown=1", peer: peer)
            #expect(try await purge.handler(request).status.code == 403)
            _ = try await daemon.identities.bind(.user("uid-4294967000@trivet.local"), to: .operator, on: .project)
            #expect(try await purge.handler(request).status.code == 400)
            let rotate = try route("POST \(AdminPath.keys):rotate")
            #expect(try await rotate.handler(request).status.code == 403)
        }
    }

    @Test("a refusal stands in the audit log; the same again and again leaves no more than one record a minute")
    func refusals() async throws {
        try await LiveDaemon.run { daemon in
            let routes = AdminService(daemon.parts(nil)).routes
            let status = try #require(routes.first { $0.path == AdminPath.status })
            let purge = try #require(routes.first { $0.path == AdminPath.purge })
            for _ in 0..<20 {
                #expect(try await self.status(status, as: "eve@example.org") == 403)
                #expect(try await self.status(purge, as: "eve@example.org") == 403)
            }
            let records = try await daemon.audit.list(AuditQuery()).records
            // Minutes may end in between.
            #expect((2..<40).contains(records.count))
            #expect(Set(records.map(\.action.method)) == ["purge", "status.get"])
            #expect(records.allSatisfy { $0.outcome == .denied && $0.action.principal.name == "eve@example.org" })
            #expect(records.allSatisfy { $0.action.peer == "192.0.2.7" })
            #expect(records.first?.message?.contains("--member=user:eve@example.org --role=roles/") == true)
        }
    }
}
