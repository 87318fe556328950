public import CoreMetrics
public import Datastore
public import Logging
public import ServiceLifecycle
import Synchronization

/// The audit log: each change through the admin is a record, also one that was refused.
///
/// A record is written before the change, as running, and again with its end, so that a change which ends the daemon
/// has left its trace. A change whose record cannot be written is made all the same, and reports its own result: on a
/// full disk it may be the very purge that makes room. Then the record is tried once more after the change; when that
/// fails too, all of it goes to the application log as an error, and is counted.
public final class AuditLog: Service, CustomStringConvertible {
    /// A change that is under way.
    public struct Entry: Sendable {
        fileprivate let record: AuditRecord
        fileprivate let isStored: Bool
    }

    /// The name that the log of the daemon's services shows.
    public let description = "audit log"

    let datastore: Datastore
    private let refusals = RefusalLimiter()
    private let retention: @Sendable () -> Duration
    private let metrics: AuditMetrics
    private let logger: Logger
    private let now: @Sendable () -> Timestamp
    /// The keys of changes under way in this process: any other record that says running was left so by another.
    private let open = Mutex<Set<Int64>>([])

    static let retentionInterval = Duration.seconds(3600)
    private static let chunk = 500
    private static let longestMessage = 1_000

    /// Creates a log.
    ///
    /// - Parameters:
    ///   - datastore: where the records are.
    ///   - retention: how long they are kept, asked anew each time.
    ///   - metrics: takes the metrics `trivet_audit_…`.
    ///   - logger: is told of records that could not be written.
    ///   - now: the clock.
    public init(
        datastore: Datastore, retention: @escaping @Sendable () -> Duration, metrics: any MetricsFactory,
        logger: Logger, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.datastore = datastore
        self.retention = retention
        self.metrics = AuditMetrics(metrics)
        self.logger = logger
        self.now = now
    }

    /// Whether a record that says running is of a change that goes on.
    func isOpen(_ time: Timestamp) -> Bool { open.withLock { $0.contains(time.microseconds) } }

    /// Records that a change begins.
    public func begin(_ action: AuditAction) async -> Entry {
        let record = AuditRecord(action: action, time: takeTime(), outcome: .running)
        // What goes wrong here is tried again, and told, at the end.
        let stored = try? await insert(record)
        return Entry(record: stored ?? record, isStored: stored != nil)
    }

    /// Records how a change ended.
    public func end(
        _ entry: Entry, _ outcome: AuditRecord.Outcome, status: Int? = nil, message: String? = nil
    ) async {
        var record = entry.record
        record.endTime = max(now(), record.time)
        record.outcome = outcome
        record.status = status
        record.message = message.map { AuditParameters.shortened($0, to: Self.longestMessage) }
        await store(record, replaces: entry.isStored)
    }

    /// Records a change that has ended already, or was refused before it began.
    public func record(
        _ action: AuditAction, _ outcome: AuditRecord.Outcome, status: Int? = nil, message: String? = nil
    ) async {
        var record = AuditRecord(action: action, time: takeTime(), outcome: outcome, status: status)
        record.endTime = record.time
        record.message = message.map { AuditParameters.shortened($0, to: Self.longestMessage) }
        await store(record, replaces: false)
    }

    /// Records that somebody asked for what they may not. Whoever tries again and again leaves one record a minute: it
    /// tells how many before it were left out. All are counted.
    public func recordRefusal(_ action: AuditAction, status: Int = 403, message: String) async {
        switch refusals.next(action, now: now()) {
        case .leftOut: metrics.leftOut()
        case .recorded(let leftOut):
            let parameters = leftOut > 0 ? ["leftOut": "\(leftOut)"] : [:]
            await record(action.adding(parameters), .denied, status: status, message: message)
        }
    }

    /// Stores the end of a change.
    private func store(_ record: AuditRecord, replaces: Bool) async {
        // In a task of its own: a cancelled task's writes would be dropped, and what was done was done.
        await Task {
            var record = record
            do {
                if replaces { try await datastore.put(record.entity) } else { record = try await insert(record) }
            } catch {
                lost(record, error)
            }
            open.withLock { _ = $0.remove(record.time.microseconds) }
        }.value
        metrics.ended(record.outcome)
    }

    /// The time of a new record: now, or the first microsecond after it that no open record has.
    private func takeTime() -> Timestamp {
        let now = now()
        return open.withLock { open in
            var time = now.microseconds
            while !open.insert(time).inserted { time += 1 }
            return Timestamp(microseconds: time)
        }
    }

    /// Stores a new record under its time, or the first microsecond after it that is free; the clock may have been set
    /// back.
    private func insert(_ record: AuditRecord) async throws -> AuditRecord {
        var record = record
        while true {
            do {
                try await datastore.insert(record.entity)
                return record
            } catch let error as DatastoreError where error.code == .alreadyExists {
                let taken = record.time.microseconds
                record.time = open.withLock { open in
                    open.remove(taken)
                    var time = taken + 1
                    while !open.insert(time).inserted { time += 1 }
                    return Timestamp(microseconds: time)
                }
            }
        }
    }

    private func lost(_ record: AuditRecord, _ error: any Error) {
        metrics.failed()
        let action = record.action
        logger.error(
            "an audit record could not be written",
            metadata: [
                "error": "\(error)", "time": "\(record.time.rfc3339)", "principal": "\(action.principal.name)",
                "peer": "\(action.peer)", "method": "\(action.method)", "resource": "\(action.resource)",
                "result": "\(record.outcome.rawValue)", "status": "\(record.status.map { "\($0)" } ?? "-")",
            ])
    }

    // MARK: Retention

    /// Deletes old records, once an hour, until the graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                do {
                    let count = try await deleteOld()
                    if count > 0 { logger.info("old audit records deleted", metadata: ["count": "\(count)"]) }
                } catch  where !Task.isCancelled {
                    logger.error("old audit records not deleted", metadata: ["error": "\(error)"])
                } catch {
                    return
                }
                try? await Task.sleep(for: Self.retentionInterval)
            }
        }
    }

    /// Deletes what is too old now, in chunks, so that nobody waits behind it; returns how much.
    func deleteOld() async throws -> Int {
        let cutoff = AuditRecord.key(now().advanced(by: .zero - retention()))
        let query = Query(
            kind: AuditRecord.kind, namespace: Key.platformNamespace,
            filters: [PropertyFilter(Query.keyProperty, .lessThan, .key(cutoff))])
        var total = 0
        while true {
            let count = try await datastore.delete(matching: query, limit: Self.chunk)
            total += count
            guard count >= Self.chunk, !Task.isCancelled else { return total }
        }
    }
}
