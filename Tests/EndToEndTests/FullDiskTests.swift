import Foundation
import Glibc
import JSON
import TestSupport
import Testing
import Transfer

/// The real daemon on small file systems that fill up for real.
@Suite("A full disk", .serialized)
struct FullDiskTests {
    private let board = "disk"

    private func store(_ daemon: TestDaemon, _ client: TransferClient, _ text: String) async throws -> Answer {
        try await client.post(
            daemon.url("message-board-service", "/api/v1/store"), ["name": .string(board), "message": .string(text)])
    }

    private func push(_ daemon: TestDaemon, _ client: TransferClient, _ id: String) async throws -> Answer {
        let event = StorageEvent(messageID: id, objectName: "object " + id)
        return try await client.post(
            daemon.url("storage-logging-service", "/api/v1/pubsub"), bytes: Array(event.envelope.utf8))
    }

    private func retrieve(_ daemon: TestDaemon, _ client: TransferClient) async throws -> [String] {
        let answer = try await client.post(
            daemon.url("message-board-service", "/api/v1/retrieve"), ["name": .string(board)])
        try #require(answer.status == 200)
        return try #require(try answer.json().object?["messages"]?.array).compactMap { $0.object?["message"]?.string }
    }

    private func createPublishingJob(_ daemon: TestDaemon) async throws -> CommandResult {
        try await daemon.trivetctl(
            "scheduler", "jobs", "create", "pubsub", "tick", "--schedule", "0 0 1 1 *", "--topic", "storage-event",
            "--message-body", "tick", "--max-retry-attempts", "1", "--min-backoff", "10ms")
    }

    /// Runs that job; gives the statuses of its attempts.
    private func publish(_ daemon: TestDaemon) async throws -> [Int64] {
        let run = try await daemon.trivetctl("scheduler", "jobs", "run", "tick", "--format", "json").json()
        return (run.object?["attempts"]?.array ?? []).compactMap { $0.object?["status"]?.integer }
    }

    private func diskCheck(_ daemon: TestDaemon) async throws -> (status: String, message: String) {
        let health = try await daemon.trivetctl("health", "--format", "json").json()
        let checks = try #require(health.object?["checks"]?.array).compactMap(\.object)
        let check = try #require(checks.first { $0["name"] == "disk-space" })
        return (check["status"]?.string ?? "", check["message"]?.string ?? "")
    }

    private func isWhole(_ disks: SmallDisks, _ daemon: TestDaemon) async throws -> Bool {
        let metrics = try await daemon.metrics()
        let reserve = try #require(metrics["trivet_disk_reserve_bytes"])
        return reserve >= 1_048_576
    }

    private func integrity(_ disks: SmallDisks, _ folder: TestFolder) async throws -> String {
        let command = disks.entering + ["/usr/bin/sqlite3", folder.file("data/state.db"), "PRAGMA integrity_check"]
        return try await run(command[0], Array(command.dropFirst())).output
    }

    @Test("stores are refused with 507; reads, purge and the scheduler go on; it recovers", arguments: SmallDisks.kinds)
    func fillsUp(_ kind: SmallDisks.Kind) async throws {
        let folder = try TestFolder()
        let disks = try await SmallDisks(kind, ["data": 64], in: folder)
        let daemon = try await TestDaemon.start(in: folder, settings: ["purge.retain": "1h"], on: disks)
        let client = TransferClient()
        for number in 0..<50 { #expect(try await store(daemon, client, "m\(number)").status == 200) }
        for number in 0..<300 { #expect(try await push(daemon, client, "\(number)").status == 200) }
        #expect(try await createPublishingJob(daemon).status == 0)
        try await eventually("the reserve is made") { try await isWhole(disks, daemon) }

        try disks.fill("data")
        // There may still be room for some.
        var stored = Set((0..<50).map { "m\($0)" })
        try await eventually("stores are refused") {
            let message = "late\(stored.count)"
            guard try await store(daemon, client, message).status != 507 else { return true }
            stored.insert(message)
            return false
        }
        try await eventually("the log says so") { daemon.log.contains("the disk is nearly full") }
        let refused = try await store(daemon, client, "refused")
        let words = try #require(try refused.json().object?["message"]?.string)
        #expect(words.contains("the disk is full") && words.contains("free some space"), "\(words)")
        #expect(try await push(daemon, client, "refused").status == 507)
        #expect(try await publish(daemon) == [507, 507], "a job's message, and again after its retry's backoff")

        #expect(Set(try await retrieve(daemon, client)) == stored)
        #expect(try await client.get(daemon.url("hello-world-service", "/")).status == 200)
        try await eventually("the check warns") {
            let check = try await diskCheck(daemon)
            return check.status == "warn" && check.message.contains("stores are refused (507)")
        }
        for path in ["/readyz", "/livez"] {
            try await eventually("\(path) passes") { try await client.get(daemon.url("metrics", path)).status == 200 }
        }

        // The ledger's record, the call and the deletion, all without a byte free but the reserve.
        try await eventually("the disk is full but for what the daemon gave back just now") {
            try disks.fill("data")
            return try disks.free("data") < 512 * 1024
        }
        let job = try await daemon.runJob("log-purge-job", "--format", "json")
        #expect(job.status == 0, "\(job)")
        try disks.fill("data")
        let purged = try await daemon.trivetctl("purge", "--older-than", "0s", "--format", "json")
        #expect(try purged.json().object?["deleted"] == 300, "\(purged)")

        disks.empty("data")
        try await eventually("stores are taken again") {
            try await store(daemon, client, "again").status == 200
        }
        #expect(try await push(daemon, client, "again").status == 200)
        #expect(try await publish(daemon) == [200])
        try await eventually("the log says so") { daemon.log.contains("the disk has room again") }
        try await eventually("the reserve is whole, and health passes") {
            let check = try await diskCheck(daemon)
            return try await isWhole(disks, daemon) && !check.message.contains("refused (507) until")
        }
        #expect(Set(try await retrieve(daemon, client)) == stored.union(["again"]))
        let metrics = try await daemon.metrics()
        #expect(try #require(metrics["trivet_database_refused_writes_total{database=\"state\"}"]) > 0)
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0), "\(daemon.log)")
        #expect(try await integrity(disks, folder) == "ok\n")
    }

    /// Pushes events side by side until none is taken any more; returns the ids of those that were.
    private func pushUntilFull(_ daemon: TestDaemon) async throws -> Set<String> {
        try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<8 {
                group.addTask {
                    let client = TransferClient()
                    let padding = String(repeating: "x", count: 3_000)
                    var acknowledged: [String] = []
                    for number in 0... {
                        let id = "\(writer)-\(number)"
                        let event = StorageEvent(messageID: id, objectName: padding + id)
                        let answer = try await client.post(
                            daemon.url("storage-logging-service", "/api/v1/pubsub"), bytes: Array(event.envelope.utf8))
                        if answer.status == 507 { break }
                        try #require(answer.status == 200, "\(answer.status) \(answer.text)")
                        acknowledged.append(id)
                    }
                    await client.shutdown()
                    return acknowledged
                }
            }
            return try await group.reduce(into: []) { $0.formUnion($1) }
        }
    }

    @Test(
        "a disk that fills in the middle of commits loses nothing acknowledged; killed, it starts again; a purge frees it",
        arguments: SmallDisks.kinds)
    func fillsInCommits(_ kind: SmallDisks.Kind) async throws {
        let folder = try TestFolder()
        let disks = try await SmallDisks(kind, ["data": 24], in: folder)
        // Nothing is refused before the disk itself does.
        let settings = ["disk.min_free": "0", "disk.reserve": "1536KiB", "purge.retain": "1h"]
        var daemon = try await TestDaemon.start(in: folder, settings: settings, on: disks)
        try await eventually("the reserve is made") { try await isWhole(disks, daemon) }
        let acknowledged = try await pushUntilFull(daemon)
        #expect(daemon.process.isRunning, "a full disk does not end the daemon: \(daemon.log)")
        await daemon.kill()
        try disks.fill("data")

        daemon = try await TestDaemon.start(in: folder, settings: settings, on: disks)
        let listed = try await daemon.trivetctl(
            "datastore", "entities", "list", "StorageLog", "--limit", "1000000", "--format", "value(key)")
        let keys = Set(listed.output.split(separator: "\n").map { String($0.dropFirst("StorageLog/name:".count)) })
        #expect(keys.isSuperset(of: acknowledged), "what was acknowledged is there")
        #expect(keys.count > 100)

        // No help from outside: the filler of the test stays.
        let purged = try await daemon.trivetctl("purge", "--older-than", "0s", "--format", "json")
        #expect(try purged.json().object?["deleted"] == .integer(Int64(keys.count)), "\(purged)\n\(daemon.log)")
        let client = TransferClient()
        let recovered = daemon
        try await eventually("the room of what was purged is there for others") {
            try await store(recovered, client, "after").status == 200
        }
        try await eventually("the reserve is whole again") { try await isWhole(disks, recovered) }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0), "\(daemon.log)")
        #expect(try await integrity(disks, folder) == "ok\n")
    }

    /// Puts telemetry.db on a disk of its own, by a symbolic link.
    private func linkTelemetry(_ folder: TestFolder, _ disks: SmallDisks) throws {
        try #require(symlink(folder.file("telemetry/telemetry.db"), disks.reach("data/telemetry.db")) == 0)
    }

    @Test("telemetry's disk alone: services go on, what is not recorded is counted, and it recovers")
    func telemetryAlone() async throws {
        let folder = try TestFolder()
        let disks = try await SmallDisks(.tmpfs, ["data": 64, "telemetry": 8], in: folder)
        try linkTelemetry(folder, disks)
        let daemon = try await TestDaemon.start(in: folder, on: disks)
        let client = TransferClient()
        #expect(try await store(daemon, client, "before").status == 200)
        try await eventually("the record is stored") {
            try await daemon.metrics()["trivet_request_log_stored_total"] ?? 0 >= 1
        }
        try disks.fill("telemetry")
        try await eventually("records are dropped, and stores are not") {
            #expect(try await store(daemon, client, "during").status == 200)
            let metrics = try await daemon.metrics()
            return metrics["trivet_request_log_dropped_total{reason=\"write_failed\"}"] ?? 0 > 0
        }
        try await eventually("the check warns") {
            let check = try await diskCheck(daemon)
            return check.status == "warn" && check.message.contains("telemetry does not grow")
        }
        disks.empty("telemetry")
        let stored = try await daemon.metrics()["trivet_request_log_stored_total"] ?? 0
        try await eventually("records are stored again") {
            #expect(try await store(daemon, client, "after").status == 200)
            return try await daemon.metrics()["trivet_request_log_stored_total"] ?? 0 > stored
        }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0), "\(daemon.log)")
        let command =
            disks.entering + [
                "/usr/bin/sqlite3", folder.file("telemetry/telemetry.db"),
                """
                SELECT served = stored + sampled_out + dropped_buffer_full + dropped_write_failed + dropped_shutdown,
                    dropped_write_failed > 0 FROM request_boot
                """,
            ]
        #expect(try await run(command[0], Array(command.dropFirst())).output == "1|1\n")
    }

    @Test("state's disk alone: the request log goes on, and says why stores were refused")
    func stateAlone() async throws {
        let folder = try TestFolder()
        let disks = try await SmallDisks(.tmpfs, ["data": 32, "telemetry": 32], in: folder)
        try linkTelemetry(folder, disks)
        let daemon = try await TestDaemon.start(in: folder, on: disks)
        let client = TransferClient()
        try disks.fill("data")
        try await eventually("stores are refused") {
            try await store(daemon, client, "refused").status == 507
        }
        try await eventually("the request log has the refusal and its reason") {
            let read = try await daemon.trivetctl("logs", "read", "--status", "507", "--format", "ndjson")
            return try read.jsonLines().contains { entry in
                entry.object?["labels"]?.object?["error"]?.string?.contains("the disk is full") ?? false
            }
        }
        disks.empty("data")
        try await eventually("stores are taken again") {
            try await store(daemon, client, "again").status == 200
        }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0), "\(daemon.log)")
    }
}
