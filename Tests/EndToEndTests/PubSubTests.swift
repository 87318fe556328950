import Foundation
import JSON
import Synchronization
import Testing
import Transfer

/// The lab's chain from a published storage event to its log, in the real daemon.
@Suite("Published events reach the storage log")
struct PubSubTests {
    @Test("a first start has the lab's topic and subscription, and an event published by hand is logged")
    func labChain() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1h"])
        let topics = try await daemon.trivetctl("pubsub", "topics", "list", "--format", "value(name)")
        #expect(topics.output == "projects/my-project/topics/storage-event\n")
        let published = try await daemon.trivetctl(
            "pubsub", "topics", "publish", "storage-event", "--message", #"{"name":"faulkner.jpg","size":"5"}"#,
            "--attribute", "eventType=OBJECT_FINALIZE", "--format", "value(messageIds)")
        let id = published.output.trimmingCharacters(in: .newlines)
        #expect(published.status == 0, "\(published.errors)")
        try await eventually("the event is logged") {
            let logged = try await daemon.trivetctl("datastore", "entities", "describe", "StorageLog/name:\(id)")
            return logged.status == 0 && logged.output.contains("faulkner.jpg")
        }
        try await eventually("the delivery has ended") { try await backlog(daemon) == "0" }
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("an empty first start has neither, and what was deleted stays deleted")
    func otherStarts() async throws {
        let empty = try await TestDaemon.start(settings: ["first_start": "empty"])
        #expect(try await empty.trivetctl("pubsub", "topics", "list", "--format", "ndjson").output.isEmpty)
        let folder = try TestFolder()
        var daemon = try await TestDaemon.start(in: folder)
        #expect(
            try await daemon.trivetctl("pubsub", "subscriptions", "delete", "push-storage-event", "--yes").status == 0)
        #expect(await daemon.stop() == .exited(0))
        daemon = try await TestDaemon.start(in: folder)
        #expect(try await daemon.trivetctl("pubsub", "subscriptions", "list", "--format", "ndjson").output.isEmpty)
        #expect(try await daemon.trivetctl("pubsub", "topics", "describe", "storage-event").status == 0)
    }

    private func backlog(_ daemon: TestDaemon) async throws -> String {
        try await daemon.trivetctl(
            "pubsub", "subscriptions", "describe", "push-storage-event", "--format", "value(status.backlog)"
        ).output.trimmingCharacters(in: .newlines)
    }

    /// What publishers were told: the object's name by message id.
    private final class Acknowledged: Sendable {
        let names = Mutex<[String: String]>([:])
    }

    @Test("SIGKILL between any two links loses no published event, and each is logged once")
    func killAtRandomMoments() async throws {
        let folder = try TestFolder()
        let acknowledged = Acknowledged()
        let rounds = max(5, CrashTests.rounds / 2)
        for round in 0..<rounds {
            let daemon = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"])
            await withTaskGroup(of: Void.self) { group in
                for client in 0..<4 {
                    group.addTask { await publish(daemon, acknowledged, "\(round)-\(client)") }
                }
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(Int.random(in: 1...500)))
                    await daemon.kill()
                }
            }
        }
        let daemon = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"])
        try await eventually("all deliveries have ended", within: 120) { try await backlog(daemon) == "0" }
        let listed = try await daemon.trivetctl(
            "datastore", "entities", "list", "StorageLog", "--limit", "1000000", "--format", "ndjson")
        var logged: [String: String] = [:]
        for entity in try listed.jsonLines() {
            let id = try #require(entity.object?["key"]?.string).replacing("StorageLog/name:", with: "")
            let name = entity.object?["properties"]?.object?["name"]?.object?["stringValue"]?.string
            #expect(logged.updateValue(name ?? "", forKey: id) == nil, "\(id) once")
        }
        let known = acknowledged.names.withLock { $0 }
        #expect(known.count > rounds, "the rounds had events to lose")
        for (id, name) in known { #expect(logged[id] == name, "the acknowledged event \(id)") }
        #expect(await daemon.stop() == .exited(0))
        let query = """
            SELECT count(*) FROM entity WHERE instr(key, CAST('PubSubDelivery' AS BLOB)) > 0 \
            OR instr(key, CAST('PubSubMessage' AS BLOB)) > 0
            """
        let left = try await run("sqlite3", [folder.file("data/state.db"), query])
        #expect(left.output == "0\n", "nothing is left of what was delivered")
    }

    private func publish(_ daemon: TestDaemon, _ acknowledged: Acknowledged, _ who: String) async {
        let client = TransferClient()
        var number = 0
        while daemon.process.isRunning {
            number += 1
            let name = "object \(who) \(number)"
            let data = Data(#"{"name":"\#(name)"}"#.utf8).base64EncodedString()
            let body = #"{"messages":[{"data":"\#(data)","attributes":{"eventType":"OBJECT_FINALIZE"}}]}"#
            let request = TransferRequest(
                method: "POST", url: "http://trivet/admin/v1/pubsub/topics/storage-event:publish",
                headers: [TransferHeader("Content-Type", "application/json")], body: Array(body.utf8),
                unixSocketPath: daemon.socket)
            guard let answer = try? await client.execute(request) else { break }
            guard answer.status == 200,
                let id = (try? JSONValue(parsing: answer.body))?.object?["messageIds"]?.array?.first?.string
            else { continue }
            acknowledged.names.withLock { $0[id] = name }
        }
        await client.shutdown()
    }
}
