import Database
import GRDB
import Instruments
import Logging
import Testing

@Suite("DatabaseMetrics")
struct DatabaseMetricsTests {
    @Test("Each metric is there from the start, and the commits are counted")
    func exposition() async throws {
        let folder = try TemporaryFolder()
        let registry = MetricRegistry()
        let file = try DatabaseFile.open(
            TestDatabase.configuration(folder), metrics: registry,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onFatalError: { _ in })
        let before = String(decoding: registry.exposition(), as: UTF8.self)
        #expect(before.contains("trivet_database_commit_duration_seconds_count{database=\"state\"} 0\n"))
        #expect(before.contains("trivet_database_commit_batch_size_count{database=\"state\"} 0\n"))
        #expect(before.contains("trivet_database_write_queue_length{database=\"state\"} 0\n"))
        #expect(before.contains("trivet_database_wal_size_bytes{database=\"state\"} 0\n"))
        for _ in 0..<3 { try await file.write { try $0.execute(sql: "INSERT INTO thing (data) VALUES (1)") } }
        _ = try await file.checkpoint()
        let after = String(decoding: registry.exposition(), as: UTF8.self)
        #expect(after.contains("trivet_database_commit_duration_seconds_count{database=\"state\"} 3\n"))
        #expect(after.contains("trivet_database_commit_batch_size_sum{database=\"state\"} 3\n"))
        let size = "trivet_database_size_bytes{database=\"state\"} \(file.statistics.fileBytes)\n"
        #expect(after.contains(size))
        try await file.close()
    }
}
