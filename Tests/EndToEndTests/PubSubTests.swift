import Foundation
import TestSupport
import Testing

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
}
