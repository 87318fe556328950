import Database
import Dispatch
import GRDB
import Logging
import Settings
import Synchronization

/// The way of the batches into the file. One at a time: see `TurnTaking`.
extension RequestLog {
    /// How long a failed file is left alone before it is opened again, in microseconds.
    static let reopenAfter: Int64 = 10 * 1_000_000

    /// Gives this run its number before the first record, so that a follower has a beginning.
    func register() async {
        await turns.run {
            do {
                try await write { writer, database in try writer.register(database) }
            } catch {
                failed(error)
            }
        }
    }

    /// What is done at each beat: the batch, and a few steps of retention when it is time.
    func turn() async {
        _ = await writeBatch(final: false)
        await retain()
    }

    /// The last batch, with which the counters become final.
    func finish() async {
        _ = await writeBatch(final: true)
        signal.finish()
    }

    /// Writes all that waits; the result is the error where the file did not take it.
    func writeBatch(final: Bool) async -> (any Error)? {
        await turns.run {
            let batch = buffer.withLock { $0.take(final: final) }
            metrics.waiting(batch.entries.count)
            if batch.isEmpty, !final, !hasNews(batch) { return nil }
            do {
                try await reopenIfFailed()
                let ended = final ? now() : nil
                try await write { writer, database in try writer.write(batch, ended: ended, database) }
                buffer.withLock { $0.stored(batch) }
                succeeded(batch)
            } catch {
                buffer.withLock { $0.failed(batch) }
                failed(error)
                metrics.update(counters)
                return error
            }
            metrics.update(counters)
            signal.batchCommitted()
            return nil
        }
    }

    /// Runs `body` on a copy of the writer, in one transaction, and keeps the copy once that is on the disk.
    ///
    /// In a task of its own: a cancelled task's writes would be dropped, and the last batch is often such a one's.
    private func write(_ body: @escaping @Sendable (inout BatchWriter, GRDB.Database) throws -> Void) async throws {
        let longest = Self.longestSegment(settings.retention)
        let (database, writer) = store.withLock { ($0.database, $0.writer) }
        let written = try await Task {
            try await database.write { connection in
                var copy = writer
                copy.longestSegment = longest
                try body(&copy, connection)
                return copy
            }
        }.value
        store.withLock { store in
            store.writer = written
            store.hasWritten = true
        }
    }

    /// Whether counters changed that no record goes with: sampled-out requests must reach the file, too.
    private func hasNews(_ batch: RecordBuffer.Batch) -> Bool {
        store.withLock { $0.lastServed != batch.counters.served }
    }

    private func succeeded(_ batch: RecordBuffer.Batch) {
        let wasFailing = store.withLock { store in
            defer { store.failure = nil }
            store.lastServed = batch.counters.served
            return store.failure != nil
        }
        if wasFailing {
            logger.notice(
                "request records are stored again", metadata: ["dropped": "\(batch.counters.droppedInAll)"])
        }
    }

    private func failed(_ error: any Error) {
        let isFirst = store.withLock { store in
            defer { store.failure = error }
            return store.failure == nil
        }
        if isFirst {
            logger.warning(
                "request records cannot be stored and are dropped; the daemon goes on", metadata: ["error": "\(error)"])
        }
    }

    /// Puts a new file in the place of one that failed, now and then.
    private func reopenIfFailed() async throws {
        guard let reopen else { return }
        let time = now()
        let broken = store.withLock { store -> (DatabaseFile, any Error)? in
            guard let failure = store.failure, store.database.statistics.failure != nil,
                time >= store.nextReopen || time < store.nextReopen - RequestLog.reopenAfter
            else { return nil }
            store.nextReopen = time + RequestLog.reopenAfter
            return (store.database, failure)
        }
        guard let (old, failure) = broken else { return }
        try? await old.close()
        // Opening a file blocks, which a cooperative thread must not.
        let new = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try reopen(failure) }) }
        }
        store.withLock { store in
            store.database = new
            store.writer = store.writer.inNewFile()
        }
    }
}
