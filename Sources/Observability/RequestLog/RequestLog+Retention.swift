import Database
import Logging
import Settings
import Synchronization

/// The deletion of what is old or too much.
extension RequestLog {
    /// How often the file is looked at, in microseconds.
    static let retentionEvery: Int64 = 10 * 1_000_000
    /// Steps that are done before the next batch has its turn.
    static let retentionSteps = 8
    /// How often the file is cut to its size, which waits for readers, in microseconds.
    static let checkpointEvery: Int64 = 60 * 1_000_000

    /// Does a few steps of retention if it is time.
    func retain() async {
        let time = now()
        let isDue = store.withLock { store in
            Self.isDue(since: store.lastRetention, every: RequestLog.retentionEvery, at: time)
        }
        // Also while batches fail on a full disk: what is deleted here makes the room. Not in a file that failed.
        guard isDue, database.statistics.failure == nil else { return }
        let isDone = await retain(steps: RequestLog.retentionSteps, at: time)
        if isDone { store.withLock { $0.lastRetention = time } }
    }

    /// A clock that was set back must not stop the retention until it is there again.
    private static func isDue(since last: Int64, every interval: Int64, at time: Int64) -> Bool {
        time >= last + interval || time < last
    }

    /// Does up to `steps` steps; whether nothing is left to do.
    func retain(steps: Int, at time: Int64) async -> Bool {
        let settings = settings
        let retention = Retention(
            cutoff: time.subtractingReportingOverflow(settings.retention.inMicroseconds).partialValue,
            maxSize: settings.maxSize + others.withLock { $0 }(),
            diskIsLow: database.configuration.disk?.isLow ?? false)
        var hasShrunk = false
        for _ in 0..<steps {
            let step = await turns.run { await self.step(retention) }
            switch step {
            case .deletedSegment: continue
            case .shrank: hasShrunk = true
            case .nothingToDo, nil:
                if hasShrunk { await cutFile(time) }
                return true
            }
        }
        return false
    }

    private func step(_ retention: Retention) async -> Retention.Step? {
        do {
            let step = try await database.write(claim: .removal) { database in try retention.step(database) }
            if case .deletedSegment(let first) = step { store.withLock { $0.writer.segmentDeleted(first) } }
            return step
        } catch {
            logger.warning("old request records could not be deleted", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// The pages that were given back leave the file with a checkpoint.
    private func cutFile(_ time: Int64) async {
        let isDue = store.withLock { store in
            guard Self.isDue(since: store.lastCheckpoint, every: RequestLog.checkpointEvery, at: time) else {
                return false
            }
            store.lastCheckpoint = time
            return true
        }
        if isDue { _ = try? await database.checkpoint() }
    }
}
