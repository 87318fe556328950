import Datastore
import Foundation
import HTTPTypes
import Hosting
import JSON
import Scheduling
import Settings
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(2))) struct AdminServiceTests {
    @Test("The daemon tells its status, version, health, settings and services")
    func daemon() async throws {
        try await LiveDaemon.run { daemon in
            let status = try await daemon.ask("GET", "/admin/v1/status").json.object
            #expect(status?["phase"] == "serving")
            #expect(status?["health"] == "warn")
            #expect(status?["addresses"]?.object?["admin"] == ["unix:\(daemon.socket)"].map { .string($0) }.json)
            #expect(await daemon.trivetctl("version", "--format", "value(trivetd)").lines == ["0.1.0"])
            #expect(await daemon.trivetctl("health", "--format", "value(status)").lines == ["warn"])
            #expect(
                await daemon.trivetctl("config", "show", "--format", "value(key,value,source)").lines == [
                    "purge.retain\t3m\tdefault"
                ])
            #expect(await daemon.trivetctl("services", "list", "--format", "value(name)").lines.count == 3)
            #expect(await daemon.trivetctl("services", "describe", "hello-world-service").exit == 0)
            let missing = await daemon.trivetctl("services", "describe", "nobody")
            #expect(missing.exit == 5)
            #expect(missing.words.contains("there are: hello-world-service"))
        }
    }

    @Test("Errors have the API's shape, whoever found them")
    func errors() async throws {
        try await LiveDaemon.run { daemon in
            for (method, target, body, status, name) in [
                ("GET", "/admin/v1/nothing", nil, 404, "NOT_FOUND"),
                ("DELETE", "/admin/v1/status", nil, 405, "UNIMPLEMENTED"),
                ("GET", "/admin/v1/status?x=1", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/logs?limit=0", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/logs?status=6xx", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/logs?since=x", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/logs?pageToken=x", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/logs:tail?after=x", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/logs:tail?since=1m", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/scheduler/runs?outcome=x", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/scheduler/runs?pageToken=x", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/scheduler/runs?job=x", nil, 404, "NOT_FOUND"),
                ("GET", "/admin/v1/datastore/entities", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/datastore/entities?kind=K&pageToken=%21", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/datastore/entities?kind=K&pageToken=AAAA", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/datastore/entities?kind=K&namespace=__trivet__", nil, 403, "PERMISSION_DENIED"),
                ("GET", "/admin/v1/datastore/entity?key=Job%2Fx&namespace=__trivet__", nil, 403, "PERMISSION_DENIED"),
                (
                    "DELETE", "/admin/v1/datastore/entity?key=Job%2Fx&namespace=__trivet__", nil, 403,
                    "PERMISSION_DENIED"
                ),
                ("GET", "/admin/v1/datastore/kinds?namespace=__trivet__", nil, 403, "PERMISSION_DENIED"),
                ("GET", "/admin/v1/datastore/entity?key=K", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/datastore/indexes/x", nil, 404, "NOT_FOUND"),
                ("GET", "/admin/v1/datastore/indexes?all=1", nil, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/datastore/indexes", "{}", 400, "INVALID_ARGUMENT"),
                (
                    "POST", "/admin/v1/datastore/indexes", #"{"kind":"K","properties":[{"name":"a","x":1}]}"#, 400,
                    "INVALID_ARGUMENT"
                ),
                (
                    "POST", "/admin/v1/datastore/indexes", #"{"kind":"K","properties":[{"name":"a"}]}"#, 400,
                    "INVALID_ARGUMENT"
                ),
                ("POST", "/admin/v1/purge", #"{"olderThan":3}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/purge", #"{"olderThan":"-3m"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/purge", #"{"dryRun":"yes"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/purge", #"{"older_than":"3m"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/purge", "[", 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/scheduler/jobs/x:run", nil, 404, "NOT_FOUND"),
            ] as [(String, String, String?, Int, String)] {
                let answer = try await daemon.ask(method, target, body)
                let error = answer.json.object?["error"]?.object
                #expect(answer.status == status, "\(method) \(target)")
                #expect(error?["status"] == .string(name), "\(method) \(target)")
                #expect(error?["code"] == .integer(Int64(status)), "\(method) \(target)")
                #expect(error?["message"]?.string?.isEmpty == false, "\(method) \(target)")
            }
            #expect(daemon.purges.value.isEmpty)
        }
    }

    @Test("purge passes on what it was told, and answers what the contract says")
    func purge() async throws {
        try await LiveDaemon.run { daemon in
            let bare = try await daemon.ask("POST", "/admin/v1/purge")
            #expect(bare.json == ["deleted": 12])
            let body = #"{"olderThan":"90s","dryRun":false}"#
            let told = try await daemon.ask("POST", "/admin/v1/purge", body)
            #expect(told.json == ["deleted": 12])
            #expect(
                await daemon.trivetctl("purge", "--dry-run", "--format", "ndjson").lines == [
                    #"{"deleted":12,"dryRun":true}"#
                ])
            #expect(daemon.purges.value == ["3m false", "1m30s false", "3m true"])
        }
    }

    @Test("A reader may not change anything")
    func readOnly() async throws {
        try await LiveDaemon.run { daemon in
            // Over a socket we are root here; the routes themselves are asked as somebody else.
            let service = AdminService(
                AdminParts(
                    version: "", settings: .init(settings: .init(), effective: [], configFile: nil),
                    datastore: daemon.datastore, requestLog: daemon.requestLog,
                    metricHistory: daemon.history, scheduler: daemon.scheduler, pubsub: daemon.pubsub,
                    health: daemon.health,
                    addresses: { [] },
                    purge: { _, _ in
                        Issue.record("purged")
                        return 0
                    }, daemonUser: 1_000))
            let stranger = Peer.unix(PeerCredentials(pid: 1, uid: 1_001, gid: 1_001))
            for route in service.routes where route.method != .get {
                let response = try await route.handler(try HostedRequest(route.method, "/", peer: stranger))
                #expect(response.status == .forbidden, "\(route.method) \(route.path)")
            }
        }
    }

    @Test("What the commands answer has no member that the documentation does not show")
    func documentedMembers() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.datastore.put(Entity(key: Key("K", id: 1)))
            try await daemon.record(1)
            let page = try documentationPage()
            for arguments in [
                ["status"], ["services", "describe", "hello-world-service"], ["health"], ["version"],
                ["logs", "read", "--limit", "1"], ["datastore", "entities", "describe", "K/1"],
                ["datastore", "kinds", "list"], ["config", "show"],
            ] {
                let verb = arguments.prefix { !$0.contains("-service") && !$0.hasPrefix("--") && $0 != "K/1" }
                let section = try #require(
                    page.components(separatedBy: "\n### trivetctl \(verb.joined(separator: " "))\n").last)
                let text = section.components(separatedBy: "\n### ").first ?? ""
                let shown = await daemon.trivetctl(arguments + ["--format", "ndjson"])
                let record = try JSONValue(parsing: Array((shown.lines.first ?? "").utf8))
                for name in Self.names(record) where !name.contains("_") {
                    #expect(text.contains("\"\(name)\""), "\(verb) \(name)")
                }
            }
        }
    }

    /// The names of a record's members, and of theirs; not those of maps, whose names are data.
    private static func names(_ value: JSONValue) -> [String] {
        (value.object ?? JSONObject()).flatMap { member in
            let isMap = member.name == "addresses" || member.name == "properties"
            return [member.name] + (isMap ? [] : names(member.value))
        }
    }

    private func documentationPage() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/trivetctl.md"), encoding: .utf8)
    }

    @Test("Every route stands in the documentation, and every documented route exists")
    func documentation() async throws {
        try await LiveDaemon.run { daemon in
            let page = try documentationPage()
            let documented = page.matches(of: /\n\| `(GET|POST|PATCH|DELETE) ([^`]*)`/).map { "\($0.1) \($0.2)" }
            let parts = AdminParts(
                version: "", settings: .init(settings: .init(), effective: [], configFile: nil),
                datastore: daemon.datastore, requestLog: daemon.requestLog,
                metricHistory: daemon.history, scheduler: daemon.scheduler, pubsub: daemon.pubsub,
                health: daemon.health, addresses: { [] },
                purge: { _, _ in 0 })
            let routes = AdminService(parts).routes.map { "\($0.method.rawValue) \($0.path)" }
            #expect(Set(documented) == Set(routes))
        }
    }
}

extension [JSONValue] {
    var json: JSONValue { .array(self) }
}
