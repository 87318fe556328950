public import CoreMetrics
public import Datastore

/// Deletes storage logs that are older than they are to be kept: for the job, for the service's route and for the
/// admin.
public struct StorageLogPurge: Sendable {
    private let datastore: Datastore
    private let retain: @Sendable () -> Duration
    private let now: @Sendable () -> Timestamp
    private let monitor: PurgeMonitor

    /// Creates a purge.
    ///
    /// - Parameters:
    ///   - datastore: where the log is.
    ///   - retain: how long an entry is kept (setting `purge.retain`), asked at each purge.
    ///   - metrics: takes the metrics `trivet_purge_…`.
    ///   - now: the clock.
    public init(
        datastore: Datastore, retain: @escaping @Sendable () -> Duration, metrics: any MetricsFactory,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.datastore = datastore
        self.retain = retain
        self.now = now
        monitor = PurgeMonitor(metrics)
    }

    /// How far the purge under way is; nil without one.
    public var progress: PurgeProgress? { monitor.current }

    /// Deletes in chunks, each a write of its own, so that nobody waits behind it. What a purge that was cut off has left
    /// is the next one's. Purges that are called at once run one behind the other.
    ///
    /// - Parameters:
    ///   - age: entries older than this are deleted; nil: the setting. Less than zero counts as zero.
    ///   - dryRun: only count what would be deleted.
    /// - Returns: how many entries were, or would be, deleted.
    public func purge(olderThan age: Duration? = nil, dryRun: Bool = false) async throws -> Int {
        let cutoff = now().advanced(by: .zero - max(age ?? retain(), .zero))
        let query = Query(
            kind: StorageLog.kind,
            filters: [PropertyFilter(StorageLog.timestampProperty, .lessThan, .timestamp(cutoff))])
        if dryRun { return try await datastore.count(query) }
        return try await monitor.inTurn { [datastore, monitor, now] in
            monitor.begin(
                PurgeProgress(start: now(), expected: try await datastore.count(query), deleted: 0))
            defer { monitor.end() }
            return try await datastore.delete(matching: query, limit: .max) { monitor.advance($0) }
        }
    }
}
