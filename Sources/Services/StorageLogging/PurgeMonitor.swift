import CoreMetrics
import MetricDescribing
import Synchronization

/// What is known of the purge that runs, for metrics and for the list of runs; and whose turn it is.
final class PurgeMonitor: Sendable {
    private let progress = Mutex<PurgeProgress?>(nil)
    private let last = Mutex<Task<Void, Never>?>(nil)
    private let deleted: Counter
    private let remaining: Gauge

    init(_ factory: any MetricsFactory) {
        factory.describe("trivet_purge_deleted_total", help: "Storage logs that purges deleted.")
        factory.describe(
            "trivet_purge_remaining", help: "Storage logs that the purge under way has still to delete; 0 without one.")
        deleted = Counter(label: "trivet_purge_deleted_total", dimensions: [], factory: factory)
        remaining = Gauge(label: "trivet_purge_remaining", dimensions: [], factory: factory)
        remaining.record(0)
    }

    /// The purge that runs.
    var current: PurgeProgress? { progress.withLock { $0 } }

    func begin(_ purge: PurgeProgress) {
        progress.withLock { $0 = purge }
        remaining.record(purge.expected)
    }

    func advance(_ count: Int) {
        deleted.increment(by: count)
        let rest = progress.withLock { progress in
            progress?.deleted += count
            return progress.map { max(0, $0.expected - $0.deleted) } ?? 0
        }
        remaining.record(rest)
    }

    func end() {
        progress.withLock { $0 = nil }
        remaining.record(0)
    }

    /// Runs one purge behind the other: two at once would only take the writer from each other and from the stores.
    ///
    /// The purge goes on when the caller's task is cancelled: a call that timed out has been heard all the same.
    func inTurn(_ body: @escaping @Sendable () async throws -> Int) async throws -> Int {
        let purge = last.withLock { last in
            let before = last
            let purge = Task {
                await before?.value
                return try await body()
            }
            last = Task { _ = await purge.result }
            return purge
        }
        return try await purge.value
    }
}
