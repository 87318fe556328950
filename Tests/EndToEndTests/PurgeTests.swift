import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Purges of many storage logs, made slow by a disk whose every flush takes its time.
@Suite("A purge under way")
struct PurgeTests {
    private static let entries = 6_000

    /// A library that has each flush take so long.
    private func slowFlush(_ folder: TestFolder) async throws -> [String: String] {
        let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let source = project.appending(path: "Benchmarks/slow_flush.c").path
        let library = folder.file("slow_flush.so")
        let built = try await run("clang", ["-shared", "-fPIC", "-o", library, source, "-ldl"])
        try #require(built.status == 0, "\(built.errors)")
        return ["LD_PRELOAD": library, "SLOW_FLUSH_FILE": flushTime(folder)]
    }

    private func flushTime(_ folder: TestFolder) -> String { folder.file("flush-microseconds") }

    /// Has each flush take so long from now on.
    private func setFlushTime(_ time: Duration, _ folder: TestFolder) throws {
        // In one step: the library reads it at any moment.
        let text = "\(time / .microseconds(1))"
        try Data(text.utf8).write(to: URL(filePath: flushTime(folder)), options: .atomic)
    }

    /// Fills the storage log, then starts the daemon on flushes that can be slow.
    private func start(_ folder: TestFolder, retain: String) async throws -> TestDaemon {
        // So that nothing is purged while the log is filled.
        let daemon = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<16 {
                group.addTask {
                    let transfers = TransferClient()
                    for number in stride(from: client, to: Self.entries, by: 16) {
                        let event = StorageEvent(messageID: "\(number)", objectName: "object \(number)")
                        let answer = try await transfers.post(
                            daemon.url("storage-logging-service", "/api/v1/pubsub"), bytes: Array(event.envelope.utf8))
                        try #require(answer.status == 200)
                    }
                    await transfers.shutdown()
                }
            }
            try await group.waitForAll()
        }
        // Nor by itself afterwards.
        try await daemon.pausePurges()
        #expect(await daemon.stop() == .exited(0))
        return try await TestDaemon.start(
            in: folder, settings: ["purge.retain": retain], variables: slowFlush(folder))
    }

    private func count(_ daemon: TestDaemon) async throws -> Int64 {
        let kinds = try await daemon.trivetctl("datastore", "kinds", "list", "--format", "ndjson")
        let kind = try kinds.jsonLines().compactMap(\.object).first { $0["kind"] == "StorageLog" }
        return kind?["count"]?.integer ?? 0
    }

    @Test("killed in the middle, it has deleted whole chunks, and the next purge goes on", .timeLimit(.minutes(20)))
    func killed() async throws {
        let folder = try TestFolder()
        let daemon = try await start(folder, retain: "1h")
        // Its dozen chunks take a minute, in which the first is seen and the kill comes, on the busiest machine.
        try setFlushTime(.seconds(5), folder)
        let call = Task { try await daemon.trivetctl("purge", "--older-than", "0s") }
        try await eventually("some is deleted, and not all") {
            try await daemon.metrics()["trivet_purge_deleted_total"] ?? 0 > 0
        }
        await daemon.kill()
        _ = try await call.value

        let again = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"])
        let left = try await count(again)
        #expect(left > 0 && left < Int64(Self.entries), "\(left) are left")
        let purged = try await again.trivetctl("purge", "--older-than", "0s", "--format", "json")
        #expect(try purged.json().object?["deleted"] == .integer(left))
        #expect(try await count(again) == 0)
        #expect(await again.stop() == .exited(0))
        let integrity = try await run("sqlite3", [folder.file("data/state.db"), "PRAGMA integrity_check"])
        #expect(integrity.output == "ok\n")
        let entries = try await run(
            "sqlite3",
            [
                folder.file("data/state.db"),
                "SELECT count(*) FROM entry WHERE entity NOT IN (SELECT key FROM entity)",
            ])
        #expect(entries.output == "0\n", "no entry without its entity")
    }

    @Test("its progress stands in the list of runs and in the metrics", .timeLimit(.minutes(20)))
    func progress() async throws {
        let folder = try TestFolder()
        let daemon = try await start(folder, retain: "1ms")
        try setFlushTime(.seconds(3), folder)
        let run = Task { try await daemon.trivetctl("scheduler", "jobs", "run", "log-purge-job") }
        try await eventually("the run tells how far it is") {
            let runs = try await daemon.trivetctl("scheduler", "runs", "list", "--format", "ndjson")
            return try runs.jsonLines().compactMap(\.object).contains { record in
                record["outcome"] == "running"
                    && record["message"]?.string?.wholeMatch(of: /deleted \d+ of \d+ so far/) != nil
            }
        }
        try setFlushTime(.zero, folder)
        #expect(try await run.value.status == 0)
        try await eventually("all is deleted, and nothing runs any more") {
            let metrics = try await daemon.metrics()
            let runs = try await daemon.trivetctl("scheduler", "runs", "list", "--outcome", "running")
            return metrics["trivet_purge_deleted_total"] == Double(Self.entries)
                && metrics["trivet_purge_remaining"] == 0 && !runs.output.contains("so far")
        }
        await daemon.kill()
    }
}
