import GRDB
import Synchronization

/// The one connection of a file that writes and checkpoints, and the line of closures before it.
///
/// The rule of the house: one process opens a file (``DataDirectory`` sees to it), exactly one connection in it
/// writes and checkpoints (this one), and all others are opened read-only (``ReaderPool``). SQLite before 3.51.3 has
/// a bug that can corrupt a file when two connections write or checkpoint at once, and distributions ship such.
final class Writer: Sendable {
    /// The most closures that one transaction takes, so that the first of a long line does not wait for all.
    static let largestBatch = 1_000

    struct Counts: Sendable {
        var commits = 0
        var writes = 0
        var walBytes = 0
    }

    private struct State {
        var waiting: [any PendingAccess] = []
        var isRunning = false
        var refusal: DatabaseFailure?
        var counts = Counts()
        /// Whether the file is held to the pages that it has.
        var isHeldToPages = false
    }

    private let queue: DatabaseQueue
    private let configuration: DatabaseConfiguration
    private let metrics: DatabaseMetrics
    private let onFatalError: @Sendable (any Error) -> Void
    private let afterCheckpoint: @Sendable (Result<CheckpointResult, any Error>) -> Void
    private let state = Mutex(State())
    /// Touched on the writer's thread only, but SQLite keeps its address: it lives as long as the connection.
    private nonisolated(unsafe) let log = WriteAheadLog()

    init(
        queue: DatabaseQueue, configuration: DatabaseConfiguration, metrics: DatabaseMetrics,
        onFatalError: @escaping @Sendable (any Error) -> Void,
        afterCheckpoint: @escaping @Sendable (Result<CheckpointResult, any Error>) -> Void
    ) {
        self.queue = queue
        self.configuration = configuration
        self.metrics = metrics
        self.onFatalError = onFatalError
        self.afterCheckpoint = afterCheckpoint
        queue.unsafeReentrantWrite { database in log.observe(database) }
    }

    var counts: Counts { state.withLock { $0.counts } }
    var queueLength: Int { state.withLock { $0.waiting.count } }
    var refusal: DatabaseFailure? { state.withLock { $0.refusal } }

    func write<T: Sendable>(
        _ claim: DiskClaim, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        let write = TypedAccess(claim: claim, body)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                write.wait(with: continuation)
                enqueue(write)
            }
        } onCancel: {
            write.cancel()
        }
    }

    /// Takes no more writes; those that wait are still done.
    func refuse(_ failure: DatabaseFailure) {
        state.withLock { state in
            if state.refusal == nil { state.refusal = failure }
        }
    }

    /// Runs `body` on the writer's connection when all that waited before is done, outside any transaction. Blocks.
    func last<T>(_ body: (Database, WriteAheadLog) throws -> T) rethrows -> T {
        try queue.writeWithoutTransaction { database in
            drain(database)
            defer {
                state.withLock { $0.counts.walBytes = log.bytes }
                metrics.committed(walBytes: log.bytes)
            }
            return try body(database, log)
        }
    }

    func closeConnection() throws {
        try queue.close()
    }

    private func enqueue(_ write: any PendingAccess) {
        let (refusal, mustStart) = state.withLock { state -> (DatabaseFailure?, Bool) in
            if let refusal = state.refusal { return (refusal, false) }
            state.waiting.append(write)
            defer { state.isRunning = true }
            return (nil, !state.isRunning)
        }
        if let refusal {
            write.fail(refusal)
        } else if mustStart {
            queue.asyncWriteWithoutTransaction { [self] database in drain(database) }
        }
    }

    /// Runs what waits, batch after batch, until nothing does.
    private func drain(_ database: Database) {
        while true {
            let taken = state.withLock { state in
                let taken = state.waiting
                state.waiting = []
                state.isRunning = !taken.isEmpty
                return taken
            }
            if taken.isEmpty { return }
            metrics.waiting(taken.count)
            var rest = taken[...]
            while !rest.isEmpty {
                run(rest.prefix(Writer.largestBatch), database)
                rest = rest.dropFirst(Writer.largestBatch)
            }
        }
    }

    private func run(_ batch: ArraySlice<any PendingAccess>, _ database: Database) {
        if let failure = state.withLock({ $0.refusal }), failure.code == .failed {
            for write in batch { write.fail(failure) }
            return
        }
        let disk = configuration.disk?.status
        let fatal = GroupCommit(database, makeRoom: makeRoom) { [self] writes, duration in
            committed(writes, in: duration)
        }.run(admitted(batch, database, diskIsLow: disk?.isLow ?? false))
        if let fatal {
            stop(fatal)
        } else {
            checkpointIfDue(database, disk)
        }
    }

    /// What of a batch a disk that is nearly full takes.
    private func admitted(
        _ batch: ArraySlice<any PendingAccess>, _ database: Database, diskIsLow: Bool
    ) -> ArraySlice<any PendingAccess> {
        if configuration.whenDiskIsLow == .reuse {
            holdToPages(diskIsLow, database)
            return batch
        }
        guard diskIsLow else { return batch }
        let refused = batch.filter { $0.claim == .ordinary }
        for write in refused { write.fail(Self.diskIsLow) }
        metrics.refused(refused.count)
        return refused.isEmpty ? batch : batch.filter { $0.claim != .ordinary }[...]
    }

    /// Keeps the file from growing, or lets it grow again. SQLite takes no less than the pages that there are, so that
    /// one page stands for as many as now.
    private func holdToPages(_ isHeld: Bool, _ database: Database) {
        guard isHeld || state.withLock({ $0.isHeldToPages }) else { return }
        // Where it does not take, the disk itself tells when it is full, and the next batch tries again.
        guard (try? Connection(database: database).run("PRAGMA max_page_count = \(isHeld ? 1 : 1_073_741_823)")) != nil
        else { return }
        state.withLock { $0.isHeldToPages = isHeld }
    }

    private static let diskIsLow = DatabaseFailure(
        code: .diskFull, message: "the disk is nearly full: free some space")

    private func makeRoom(_ claim: DiskClaim) -> Bool {
        configuration.disk?.release(for: claim) ?? false
    }

    /// Runs what makes room, with the reserve's help where the disk has none.
    func withReserve<T>(_ body: () throws -> T) throws -> T {
        while true {
            do { return try body() } catch {
                guard error.isDiskFullForDatabase, makeRoom(.removal) else { throw error }
            }
        }
    }

    private func committed(_ writes: Int, in duration: Duration) {
        state.withLock { state in
            state.counts.commits += 1
            state.counts.writes += writes
            state.counts.walBytes = log.bytes
        }
        metrics.committed(writes: writes, in: duration, walBytes: log.bytes)
    }

    private func checkpointIfDue(_ database: Database, _ disk: DiskStatus?) {
        do {
            let result = try withReserve {
                try log.checkpointIfDue(database, busyTimeout: configuration.busyTimeout, disk: disk)
            }
            if let result { afterCheckpoint(.success(result)) }
        } catch {
            // A full disk is no reason to stop: the log is whole, and the next checkpoint tries again.
            afterCheckpoint(.failure(error))
            if error.isFatalForDatabase { stop(error) }
        }
    }

    private func stop(_ error: any Error) {
        let isFirst = state.withLock { state in
            let isFirst = state.refusal?.code != .failed
            state.refusal = DatabaseFailure(
                code: .failed, message: "the database failed and takes no more writes; restart the daemon",
                cause: error)
            return isFirst
        }
        if isFirst { onFatalError(error) }
    }
}
