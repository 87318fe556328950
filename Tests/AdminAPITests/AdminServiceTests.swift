import AdminModel
import Datastore
import Foundation
import HTTPTypes
import Hosting
import Identity
import JSON
import Scheduling
import Settings
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct AdminServiceTests {
    @Test("The daemon tells its status, version, health, settings and services")
    func daemon() async throws {
        try await LiveDaemon.run { daemon in
            let status = try await daemon.ask("GET", "/admin/v1/status").json.object
            #expect(status?["phase"] == "serving")
            #expect(status?["health"] == "warn")
            #expect(status?["addresses"]?.object?["admin"] == ["unix:\(daemon.socket)"].map { .string($0) }.json)
            #expect(await daemon.trivetctl("version", "--format", "value(trivetd)").lines == ["0.1.0"])
            #expect(await daemon.trivetctl("health", "--format", "value(status)").lines == ["warn"])
            let shown = await daemon.trivetctl("config", "show", "--format", "value(key,value,source)").lines
            #expect(shown.contains("purge.retain\t3m\t\(daemon.configFile):1"))
            #expect(shown.contains("log.level\tinfo\tdefault"))
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
                ("GET", "/admin/v1/audit?result=good", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/audit?pageToken=01", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/audit?since=x", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/audit?who=root", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/config:diff?file=trivet.yaml", nil, 400, "INVALID_ARGUMENT"),
                ("GET", "/admin/v1/config:diff?file=%2Fnonexistent", nil, 400, "FAILED_PRECONDITION"),
                ("POST", "/admin/v1/config:reload", #"{"file":"x"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/log/level", nil, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/log/level", #"{"level":"loud"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/log/level", #"{"level":7}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/log/level", #"{"level":"debug","for":"0s"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/log/level", #"{"level":"debug","for":"31d"}"#, 400, "INVALID_ARGUMENT"),
                ("POST", "/admin/v1/log/level", #"{"level":"debug","for":5}"#, 400, "INVALID_ARGUMENT"),
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
            let service = AdminService(daemon.parts(1_000))
            let stranger = Peer.unix(PeerCredentials(pid: 1, uid: 1_001, gid: 1_001))
            // A token for oneself changes nothing.
            let tokens = [AdminPath.identityToken, AdminPath.accessToken]
            for route in service.routes where route.method != .get && !tokens.contains(route.path) {
                let response = try await route.handler(try HostedRequest(route.method, "/", peer: stranger))
                #expect(response.status == .forbidden, "\(route.method) \(route.path)")
            }
            #expect(daemon.purges.value.isEmpty)
        }
    }

    @Test("What the commands answer has no member that the documentation does not show")
    func documentedMembers() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.datastore.put(Entity(key: Key("K", id: 1)))
            try await daemon.record(1)
            _ = try await daemon.identities.createAccount("pusher-one")
            _ = try await daemon.identities.rotateKeys()
            try Data("purge: { retain: 4m }\n".utf8).write(to: URL(filePath: daemon.configFile))
            let page = try documentationPage()
            for arguments in [
                ["status"], ["services", "describe", "hello-world-service"], ["health"], ["version"],
                ["logs", "read", "--limit", "1"], ["datastore", "entities", "describe", "K/1"],
                ["datastore", "kinds", "list"], ["config", "show"], ["log", "level", "debug", "--for", "1m"],
                ["audit", "list"], ["config", "diff"], ["config", "reload"], ["iam", "keys", "list"],
                ["auth", "print-identity-token"], ["iam", "service-accounts", "list"],
            ] {
                let verb = arguments.prefix {
                    !$0.contains("-service") && !$0.hasPrefix("--") && $0 != "K/1" && $0 != "debug"
                }
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
            let isMap = ["addresses", "properties", "parameters"].contains(member.name)
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
            let documented = page.matches(of: /\n\| `(GET|POST|PUT|PATCH|DELETE) ([^`]*)`/).map { "\($0.1) \($0.2)" }
            let routes = AdminService(daemon.parts(nil)).routes.map { "\($0.method.rawValue) \($0.path)" }
            #expect(Set(documented) == Set(routes))
        }
    }
}

extension [JSONValue] {
    var json: JSONValue { .array(self) }
}
