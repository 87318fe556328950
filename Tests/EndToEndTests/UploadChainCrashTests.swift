import Foundation
import JSON
import Synchronization
import TestSupport
import Testing
import Transfer

/// Kills the daemon between the links of the lab's chain: upload, notification, topic, push, StorageLog.
@Suite("SIGKILL between any two links loses no event, and tells none twice")
struct UploadChainCrashTests {
    private static let bucket = "my-project-photostore"
    static let rounds = max(5, CrashTests.rounds / 4)

    /// One upload, by what tells it from all others.
    private struct Upload: Hashable {
        let name: String
        let generation: String

        init?(_ resource: JSONObject?) {
            guard let name = resource?["name"]?.string, let generation = resource?["generation"]?.string else {
                return nil
            }
            self.name = name
            self.generation = generation
        }
    }

    private final class Acknowledged: Sendable {
        let uploads = Mutex<Set<Upload>>([])
    }

    private let settings = ["purge.retain": "1d"]

    @Test("StorageLog has each upload once, and what was not stored not at all")
    func chain() async throws {
        let folder = try TestFolder()
        let acknowledged = Acknowledged()
        let moment = CrashMoment()
        for round in 0..<Self.rounds {
            let daemon = try await TestDaemon.start(in: folder, settings: settings)
            let client = TransferClient()
            await withTaskGroup(of: Void.self) { tasks in
                for worker in 0..<4 {
                    tasks.addTask { await upload(client, daemon, acknowledged, moment, "\(round)-\(worker)") }
                }
                tasks.addTask { await moment.kill(daemon, after: Int.random(in: 1...30)) }
            }
            await client.shutdown()
        }
        let daemon = try await TestDaemon.start(in: folder, settings: settings)
        try await eventually("all events are delivered") {
            try await daemon.trivetctl(
                "pubsub", "subscriptions", "describe", "push-storage-event", "--format", "value(status.backlog)"
            ).output == "0\n"
        }
        let stored = try await storedUploads(daemon)
        let logged = try await loggedUploads(daemon)
        #expect(Set(stored).isSuperset(of: acknowledged.uploads.withLock { $0 }), "what was acknowledged is stored")
        #expect(Set(logged) == Set(stored), "an event is told if and only if its object was stored")
        #expect(logged.count == Set(logged).count, "each upload is logged once")
        #expect(await daemon.stop() == .exited(0))
    }

    /// Uploads one object after the other, each of a name of its own, until the daemon is gone.
    private func upload(
        _ client: TransferClient, _ daemon: TestDaemon, _ acknowledged: Acknowledged, _ moment: CrashMoment,
        _ who: String
    ) async {
        for number in 0... {
            let path = "/upload/storage/v1/b/\(Self.bucket)/o?uploadType=media&name=\(who)-\(number)"
            guard let url = try? daemon.url("admin", path),
                let answer = try? await client.execute(
                    TransferRequest.patient(method: "POST", url: url, body: Array(repeating: 0x78, count: 1_024)))
            else { return }
            guard answer.status == 200, let upload = Upload(try? JSONValue(parsing: answer.body).object) else {
                Issue.record("an upload is answered with \(answer.status)")
                return
            }
            acknowledged.uploads.withLock { _ = $0.insert(upload) }
            moment.acknowledge()
        }
    }

    private func storedUploads(_ daemon: TestDaemon) async throws -> [Upload] {
        let client = TransferClient()
        var uploads: [Upload] = []
        var token = ""
        repeat {
            let path = "/storage/v1/b/\(Self.bucket)/o?pageToken=\(token)"
            let page = try #require(try await client.get(daemon.url("admin", path)).json().object)
            uploads += (page["items"]?.array ?? []).compactMap { Upload($0.object) }
            token = page["nextPageToken"]?.string ?? ""
        } while !token.isEmpty
        await client.shutdown()
        return uploads
    }

    private func loggedUploads(_ daemon: TestDaemon) async throws -> [Upload] {
        let listed = try await daemon.trivetctl(
            "datastore", "entities", "list", "StorageLog", "--limit", "1000000", "--format", "ndjson")
        return try listed.jsonLines().map { entity in
            let properties = try #require(entity.object?["properties"]?.object)
            var resource = JSONObject()
            for name in ["name", "generation"] { resource[name] = properties[name]?.object?["stringValue"] }
            return try #require(Upload(resource))
        }
    }
}
