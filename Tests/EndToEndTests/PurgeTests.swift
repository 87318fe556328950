import Foundation
import JSON
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
        return ["LD_PRELOAD": library, "SLOW_FLUSH_MICROSECONDS": "300000"]
    }

    /// Fills the storage log quickly, then starts the daemon on slow flushes.
    private func start(_ folder: TestFolder) async throws -> TestDaemon {
        let settings = ["purge.retain": "1ms"]
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
        #expect(await daemon.stop() == .exited(0))
        return try await TestDaemon.start(in: folder, settings: settings, variables: slowFlush(folder))
    }

    private func count(_ daemon: TestDaemon) async throws -> Int64 {
        let kinds = try await daemon.trivetctl("datastore", "kinds", "list", "--format", "ndjson")
        let kind = try kinds.jsonLines().compactMap(\.object).first { $0["kind"] == "StorageLog" }
        return kind?["count"]?.integer ?? 0
    }

    @Test("killed in the middle, it has deleted whole chunks, and the next purge goes on", .timeLimit(.minutes(5)))
    func killed() async throws {
        let folder = try TestFolder()
        let daemon = try await start(folder)
        let call = Task { try await daemon.trivetctl("purge", "--older-than", "0s") }
        try await eventually("some is deleted, and not all", within: 60) {
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

    @Test("its progress stands in the list of runs and in the metrics", .timeLimit(.minutes(5)))
    func progress() async throws {
        let daemon = try await start(try TestFolder())
        let run = Task { try await daemon.trivetctl("scheduler", "jobs", "run", "log-purge-job") }
        try await eventually("the run tells how far it is", within: 60) {
            let runs = try await daemon.trivetctl("scheduler", "runs", "list", "--format", "ndjson")
            return try runs.jsonLines().compactMap(\.object).contains { record in
                record["outcome"] == "running"
                    && record["message"]?.string?.wholeMatch(of: /deleted \d+ of \d+ so far/) != nil
            }
        }
        // Where the job's own minute came first, that run is the one that purges, and this one was refused.
        _ = try await run.value
        try await eventually("all is deleted, and nothing runs any more", within: 60) {
            let metrics = try await daemon.metrics()
            let runs = try await daemon.trivetctl("scheduler", "runs", "list", "--outcome", "running")
            return metrics["trivet_purge_deleted_total"] == Double(Self.entries)
                && metrics["trivet_purge_remaining"] == 0 && !runs.output.contains("so far")
        }
        await daemon.kill()
    }
}
