public import CoreMetrics
public import Database
import GRDB
import Glibc
public import Logging
public import ServiceLifecycle
public import Settings
import Synchronization

/// The log of requests: one record for each request served, in `telemetry.db`.
///
/// A request hands its record to a bounded buffer and goes on; batches go into the file by one transaction each. For
/// each run of the daemon, served = stored + sampled out + dropped by reason: exactly, when it stopped gracefully,
/// and as of the last batch, when it was killed. Telemetry is no reason to stop the daemon: what cannot be stored is
/// counted and told once.
public final class RequestLog: Service, CustomStringConvertible {
    /// Opens the file again after it failed with the error: see ``DatabaseFile/reopen(_:after:metrics:logger:onFatalError:)``.
    public typealias Reopen = @Sendable (any Error) throws -> DatabaseFile

    /// Where a follower begins.
    enum FollowStart: Sendable {
        case after(Int64)
        /// The beginning of this run, which has stored nothing yet.
        case thisRun
    }

    private let live: Mutex<RequestLogSettings>
    let logger: Logger
    let signal = CommitSignal()
    let now: @Sendable () -> Int64
    let reopen: Reopen?
    let metrics: RequestLogMetrics
    let turns = TurnTaking()
    let buffer: Mutex<RecordBuffer>
    let store: Mutex<RequestLogStore>
    /// Bytes that others take in the file; they are not the log's to answer for.
    let others = Mutex<@Sendable () -> Int>({ 0 })
    private let wake: AsyncStream<Void>.Continuation
    private let wakes: AsyncStream<Void>
    private let capacity: Int

    /// A log in `database`, which was opened with ``migrations``.
    ///
    /// - Parameters:
    ///   - database: `telemetry.db`. It is closed by whoever opened it, after ``run()`` returned; see ``database``.
    ///   - settings: retention, sampling, how long a record waits.
    ///   - metrics: takes the metrics `trivet_request_log_…`.
    ///   - logger: is told once when records cannot be stored, and once when they can again.
    ///   - capacity: records that may wait; they take about half a kilobyte each.
    ///   - capacityInBytes: bytes that may wait, since clients choose how long their texts are.
    ///   - now: microseconds since 1970.
    ///   - reopen: how to get a working file after the first failed; nil for not at all.
    public init(
        database: DatabaseFile, settings: RequestLogSettings, metrics: any MetricsFactory, logger: Logger,
        capacity: Int = 32_768, capacityInBytes: Int = 32 << 20,
        now: @escaping @Sendable () -> Int64 = { RequestLog.systemTime() }, reopen: Reopen? = nil
    ) {
        live = Mutex(settings)
        self.logger = logger
        self.now = now
        self.reopen = reopen
        self.metrics = RequestLogMetrics(factory: metrics)
        self.capacity = capacity
        buffer = Mutex(
            RecordBuffer(
                capacity: capacity, capacityInBytes: capacityInBytes, wakeAt: min(4_096, max(1, capacity / 2)),
                sample: settings.sample))
        store = Mutex(
            RequestLogStore(
                database: database,
                writer: BatchWriter(started: now(), longestSegment: Self.longestSegment(settings.retention))))
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The settings in force.
    var settings: RequestLogSettings { live.withLock { $0 } }

    /// Takes new settings: the sample counts from the next record on, the interval from the next batch on, and what is
    /// to be kept from the next round of retention on.
    public func apply(_ settings: RequestLogSettings) {
        live.withLock { $0 = settings }
        buffer.withLock { $0.sample = settings.sample }
    }

    /// A segment goes as a whole, so it must be short beside what is retained.
    static func longestSegment(_ retention: Duration) -> Int64 {
        min(3_600 * 1_000_000, max(1, retention.inMicroseconds / 8))
    }

    /// Shares the file with others: `bytes` tells what they take, which does not count against the log's own size.
    public func share(with bytes: @escaping @Sendable () -> Int) {
        others.withLock { $0 = bytes }
    }

    /// The name that the log of the daemon's services shows.
    public var description: String { "request log" }

    /// The file that the log uses now: the given one, or the one that took its place.
    public var database: DatabaseFile { store.withLock { $0.database } }

    /// What became of the requests of this run so far.
    public var counters: RequestLogCounters { buffer.withLock { $0.counters } }

    /// How the log stands.
    public var status: RequestLogStatus {
        RequestLogStatus(
            buffered: counters.buffered, capacity: capacity,
            failure: store.withLock { $0.failure.map { "\($0)" } })
    }

    /// Takes a record. Never waits for the file: it is stored with the next batch, or counted as dropped.
    public func record(_ record: RequestRecord) {
        switch buffer.withLock({ $0.append(record) }) {
        case .taken: break
        case .wake: wake.yield()
        }
    }

    /// Writes batches until the graceful shutdown, and then everything that waits, with the final counters.
    public func run() async throws {
        await register()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: settings.flushInterval)
                    wake.yield()
                }
            }
            await withTaskCancellationOrGracefulShutdownHandler {
                for await _ in wakes { await turn() }
            } onCancelOrGracefulShutdown: { [wake] in
                wake.finish()
            }
            group.cancelAll()
        }
        await finish()
    }

    /// Writes all that waits now.
    ///
    /// Throws a ``RequestLogError`` where the file did not take it; the records are then counted as dropped.
    public func flush() async throws {
        if let error = await writeBatch(final: false) {
            throw RequestLogError(
                code: .unavailable, message: "the request log could not be written; see the daemon's log", cause: error)
        }
    }

    /// A page of the records that `query` asks for.
    ///
    /// - Parameter isWanted: what else is asked of a record, of those that the query takes.
    ///
    /// Throws a ``RequestLogError`` for a wrong page token, or what the file said.
    public func read(
        _ query: RequestLogQuery, where isWanted: (@Sendable (StoredRecord) -> Bool)? = nil
    ) async throws -> RequestLogPage {
        let limit = min(1_000, max(1, query.limit))
        let scan = LogScan(query, isWanted: isWanted)
        var position = try query.pageToken.map { try PageToken($0, order: query.order).position }
        var records: [StoredRecord] = []
        // One more than the page has, to know whether there is another.
        while records.count <= limit {
            let from = position
            let missing = limit + 1 - records.count
            let found = try await database.read { database in try scan.run(from: from, limit: missing, database) }
            records += found.records
            position = found.position
            if position == nil { break }
            try Task.checkCancellation()
        }
        guard records.count > limit, let last = records.dropLast(records.count - limit).last else {
            return RequestLogPage(records: records, nextPageToken: nil)
        }
        return RequestLogPage(
            records: Array(records.prefix(limit)),
            nextPageToken: PageToken(position: last.insertID.rawValue, order: query.order).text)
    }

    /// The log as it grows.
    ///
    /// - Parameters:
    ///   - after: the last record that is known already; nil for the newest that is stored now.
    ///   - query: which records are told: its filters count, its limits, order and page do not. Gaps are always told.
    public func follow(after: InsertID?, matching query: RequestLogQuery = RequestLogQuery()) -> RequestLogFollower {
        var query = query
        query.order = .oldestFirst
        query.after = nil
        query.pageToken = nil
        let newest = store.withLock { $0.hasWritten ? $0.writer.newestID : nil }
        let start = (after?.rawValue ?? newest).map(FollowStart.after) ?? .thisRun
        return RequestLogFollower(log: self, start: start, query: query)
    }

    /// The system's time, in microseconds since 1970.
    public static func systemTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}

extension Duration {
    var inMicroseconds: Int64 {
        let (whole, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : whole.addingReportingOverflow(components.attoseconds / 1_000_000_000_000).partialValue
    }
}
