import CoreMetrics
import MetricDescribing

/// The metrics of one database file.
struct DatabaseMetrics: Sendable {
    private let commitDuration: Recorder
    private let batchSize: Recorder
    private let walSize: Gauge
    private let queueLength: Gauge
    private let fileSize: Gauge
    private let refusedWrites: Counter

    init(factory: any MetricsFactory, database: String) {
        factory.describe(
            "trivet_database_commit_duration_seconds",
            help: "Time of COMMIT, with its fsync where the file promises it.",
            buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5])
        factory.describe(
            "trivet_database_commit_batch_size", help: "Writes that one commit made durable together.",
            buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024])
        factory.describe(
            "trivet_database_wal_size_bytes", help: "Bytes in the write-ahead log since it last started anew.")
        factory.describe("trivet_database_write_queue_length", help: "Writes that waited when the last batch began.")
        factory.describe("trivet_database_size_bytes", help: "Size of the database file, as of the last checkpoint.")
        factory.describe(
            "trivet_database_refused_writes_total", help: "Writes refused because the disk is nearly full.")
        let labels = [("database", database)]
        commitDuration = Recorder(
            label: "trivet_database_commit_duration_seconds", dimensions: labels, factory: factory)
        batchSize = Recorder(label: "trivet_database_commit_batch_size", dimensions: labels, factory: factory)
        walSize = Gauge(label: "trivet_database_wal_size_bytes", dimensions: labels, factory: factory)
        queueLength = Gauge(label: "trivet_database_write_queue_length", dimensions: labels, factory: factory)
        fileSize = Gauge(label: "trivet_database_size_bytes", dimensions: labels, factory: factory)
        refusedWrites = Counter(label: "trivet_database_refused_writes_total", dimensions: labels, factory: factory)
    }

    func committed(writes: Int, in duration: Duration, walBytes: Int) {
        commitDuration.record(duration.inSeconds)
        batchSize.record(writes)
        committed(walBytes: walBytes)
    }

    func committed(walBytes: Int) {
        walSize.record(walBytes)
    }

    func waiting(_ count: Int) {
        queueLength.record(count)
    }

    func refused(_ count: Int) {
        refusedWrites.increment(by: count)
    }

    func file(bytes: Int) {
        fileSize.record(bytes)
    }
}
