import AdminModel
import Audit
import Datastore
import Foundation
import HTTPTypes
import Hosting
import Identity
import JSON
import Scheduling
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveAuditTests {
    /// Whether a route may change something: all that do not read, but for tokens for oneself and rehearsals.
    private static func changes(_ route: Route) -> Bool {
        route.method != .get
            && ![AdminPath.identityToken, AdminPath.accessToken, "\(AdminPath.resources):check"].contains(route.path)
    }

    @Test("no route that changes something forgets its record: each refusal stands in the audit log")
    func everyRoute() async throws {
        try await LiveDaemon.run { daemon in
            let routes = AdminService(daemon.parts(1_000)).routes.filter(Self.changes)
            #expect(routes.count >= 8)
            let stranger = Peer.unix(PeerCredentials(pid: 4_711, uid: 4_294_967_000, gid: 7))
            for route in routes {
                let request = try HostedRequest(
                    route.method, "/?x=1", requestID: "r-\(route.path)", peer: stranger,
                    body: Array(#"{"olderThan":"3m"}"#.utf8))
                #expect(try await route.handler(request).status == .forbidden)
                let record = try #require(try await daemon.audit.list(AuditQuery(limit: 1)).records.first)
                #expect(record.action.requestID == "r-\(route.path)", "\(route.method) \(route.path)")
                #expect(record.outcome == .denied)
                #expect(record.status == 403)
                #expect(record.message?.contains("may read only") == true)
                #expect(
                    record.action.principal == AuditPrincipal("uid:4294967000", uid: 4_294_967_000, gid: 7, pid: 4_711))
                #expect(record.action.parameters == ["x": "1", "olderThan": "3m"])
            }
            let records = try await daemon.audit.list(AuditQuery()).records
            #expect(records.count == routes.count)
            #expect(Set(records.map(\.action.method)).count == routes.count, "each has a name of its own")
        }
    }

    @Test("a change has its verb, its resource, who asked and how it ended")
    func changes() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.scheduler.create(
                Job(
                    name: "bad-job", schedule: try CronSchedule(parsing: "0 0 1 1 *"),
                    target: .http(HTTPTarget(uri: "http://127.0.0.1:1/x", method: "GET"))))
            try await daemon.datastore.put(Entity(key: Key("K", id: 1)))
            _ = await daemon.trivetctl("scheduler", "jobs", "run", "bad-job")
            _ = await daemon.trivetctl("scheduler", "jobs", "run", "no-job")
            _ = await daemon.trivetctl("purge", "--older-than", "1h", "--dry-run")
            _ = await daemon.trivetctl("datastore", "entities", "delete", "K/1", "--yes")
            _ = await daemon.trivetctl(
                "datastore", "indexes", "create", "-",
                file: "indexes:\n- kind: M\n  properties:\n  - name: a\n  - name: b\n")
            let id = try #require(daemon.datastore.indexes().first { $0.origin == .composite }?.id)
            _ = await daemon.trivetctl("datastore", "indexes", "delete", "\(id)", "--yes")
            _ = await daemon.trivetctl("log", "level", "debug", "--for", "1h")
            _ = await daemon.trivetctl("log", "level", "reset")
            _ = await daemon.trivetctl("config", "reload")
            _ = try await daemon.ask("DELETE", "/admin/v1/datastore/entity?key=Job%2Fx&namespace=__trivet__")
            let listed = await daemon.trivetctl(
                "audit", "list", "--format", "value(method,resource,result,status,principal,peer)")
            #expect(listed.exit == 0, "\(listed.words)")
            let who = "\tuser:\(NSUserName())\tunix:\(daemon.socket)"
            #expect(
                listed.lines.reversed()
                    == [
                        "scheduler.jobs.run\tscheduler/jobs/bad-job\tok\t200",
                        "scheduler.jobs.run\tscheduler/jobs/no-job\tfailed\t404",
                        "purge\tpurge\tok\t200", "datastore.entities.delete\tdatastore/entities/K/1\tok\t200",
                        "datastore.indexes.create\tdatastore/indexes\tok\t200",
                        "datastore.indexes.delete\tdatastore/indexes/\(id)\tok\t200",
                        "log.level.set\tlog/level\tok\t200",
                        "log.level.reset\tlog/level\tok\t200", "config.reload\tconfig\tok\t200",
                        "datastore.entities.delete\tdatastore/entities/Job/x\tdenied\t403",
                    ].map { $0 + who })
            let purge = await daemon.trivetctl(
                "audit", "list", "--method", "purge", "--format", "value(parameters.olderThan,parameters.dryRun)")
            #expect(purge.lines == ["1h\ttrue"])
            let failed = await daemon.trivetctl(
                "audit", "list", "--result", "failed", "--format", "value(resource,message)")
            #expect(failed.lines.first?.hasPrefix("scheduler/jobs/no-job\t") == true)
        }
    }

    @Test("a token for an account leaves a record, given or refused, and none of them holds the token")
    func tokens() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.identities.createAccount("pusher-one")
            let account = ["--impersonate-service-account", "pusher-one"]
            let given = await daemon.trivetctl(["auth", "print-identity-token"] + account)
            #expect(given.exit == 0, "\(given.words)")
            let stranger = Peer.unix(PeerCredentials(pid: 4_711, uid: 4_294_967_000, gid: 7))
            let routes = AdminService(daemon.parts(1_000)).routes
            let route = try #require(routes.first { $0.path == AdminPath.accessToken })
            let request = try HostedRequest(
                .post, "/", headers: [.contentType: "application/json"], peer: stranger,
                body: Array(#"{"serviceAccount":"pusher-one"}"#.utf8))
            #expect(try await route.handler(request).status == .forbidden)
            let records = try await daemon.audit.list(AuditQuery()).records
            #expect(
                records.map { "\($0.action.method) \($0.action.resource) \($0.outcome)" } == [
                    "auth.accessToken.create auth/accessToken denied",
                    "auth.identityToken.create auth/identityToken ok",
                ])
            #expect(records.map { $0.action.parameters["serviceAccount"] } == ["pusher-one", "pusher-one"])
            #expect(!"\(records)".contains(given.lines.first ?? ""))
        }
    }

    @Test(
        "of calls that move contents only those leave a record that were refused or failed, not those to try again",
        arguments: [false, true])
    func refusals(_ isStreamed: Bool) async throws {
        try await LiveDaemon.run { daemon in
            let admin = AdminService(daemon.parts(nil))
            let route = Route(.post, "/v1/things/{thing}:use", body: isStreamed ? .stream : .whole) { request in
                let status = Int(request.query["status"] ?? "") ?? 0
                if status == 404 { throw HTTPProblem(.notFound, "there is none") }
                return .json(["error": ["message": "so it is"]], status: HTTPResponse.Status(code: status))
            }
            let audited = admin.audited(route, as: "things.use", onlyRefusals: true)
            #expect(audited.body == route.body)
            for status in [200, 308, 400, 403, 404, 409, 429, 500, 503, 507] {
                let request = try HostedRequest(
                    .post, "/?status=\(status)", parameters: ["thing": "x"], body: Array(#"{"a":"b"}"#.utf8))
                _ = try? await audited.handler(request)
            }
            let records = try await daemon.audit.list(AuditQuery()).records.reversed()
            #expect(records.map(\.status) == [400, 403, 404, 409, 500])
            #expect(records.map(\.outcome) == [.failed, .denied, .failed, .failed, .failed])
            #expect(records.map(\.message) == ["so it is", "so it is", "there is none", "so it is", "so it is"])
            #expect(Set(records.map(\.action.resource)) == ["things/x"])
            #expect(Set(records.map { $0.action.parameters["a"] }) == [isStreamed ? nil : "b"])
        }
    }

    @Test("reading leaves no record, nor does a token for oneself")
    func reading() async throws {
        try await LiveDaemon.run { daemon async throws in
            for command in [
                ["status"], ["audit", "list"], ["config", "diff"], ["config", "show"], ["log", "level"],
                ["auth", "print-identity-token"], ["auth", "print-access-token"],
            ] {
                #expect(await daemon.trivetctl(command).exit == 0)
            }
            #expect(try await daemon.audit.list(AuditQuery()).records.isEmpty)
        }
    }

    @Test("a body that is no JSON, or too large to look at, is told by its size")
    func oddBodies() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.ask("POST", "/admin/v1/purge", "hunter2")
            _ = try await daemon.ask(
                "POST", "/admin/v1/purge", "{\"olderThan\":\"\(String(repeating: "x", count: 70_000))\"}")
            let records = try await daemon.audit.list(AuditQuery()).records
            #expect(records.map(\.action.parameters) == [["bytes": "70016"], ["bytes": "7"]])
            #expect(records.map(\.outcome) == [.failed, .failed])
        }
    }
}
