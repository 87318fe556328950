import GRDB

/// Runs a batch of writes in one transaction, and answers for each whether it is on the disk.
///
/// Each closure has a savepoint of its own, so that one that throws takes back only its own work. Even its error is
/// told only after the commit: the closure may have seen what others of the batch wrote. Errors such as a full disk
/// end the whole transaction, savepoints that were released included; then nothing of the batch is acknowledged, and
/// each closure runs once more in a transaction of its own.
struct GroupCommit {
    private enum Attempt {
        case committed(Duration)
        /// Nothing was committed, and the closures may be tried again.
        case lost(any Error)
        case fatal(any Error)
    }

    private let connection: Connection
    private let clock = ContinuousClock()

    /// Makes room for a claim on a full disk; whether there is more of it now.
    private let makeRoom: (DiskClaim) -> Bool

    /// Told of each commit, before its writes are acknowledged: how many they are, and the time of COMMIT.
    private let committed: (Int, Duration) -> Void

    init(
        _ database: Database, makeRoom: @escaping (DiskClaim) -> Bool = { _ in false },
        committed: @escaping (Int, Duration) -> Void
    ) {
        self.makeRoom = makeRoom
        connection = Connection(database: database)
        self.committed = committed
    }

    /// Runs the batch; every write has been answered when this returns. The result is the error after which the file
    /// is not to be written again, if there was one.
    func run(_ batch: ArraySlice<any PendingAccess>) -> (any Error)? {
        let writes = batch.filter { write in
            guard write.isCancelled else { return true }
            write.fail(CancellationError())
            return false
        }
        guard !writes.isEmpty else { return nil }
        do {
            try connection.run("BEGIN IMMEDIATE")
        } catch {
            if mayTryAgain(writes, error) { return run(writes[...]) }
            fail(writes, error)
            return error.isFatalForDatabase ? error : nil
        }
        switch attempt(writes) {
        case .committed(let duration):
            committed(writes.count, duration)
            for write in writes { write.acknowledge() }
            return nil
        case .fatal(let error):
            fail(writes, error)
            return error
        case .lost(let error):
            if writes.count > 1 { return runAlone(writes) }
            if mayTryAgain(writes, error) { return run(writes[...]) }
            fail(writes, error)
            return nil
        }
    }

    /// Whether there is room now that was lacking, for one of those who may have the reserve.
    private func mayTryAgain(_ writes: [any PendingAccess], _ error: any Error) -> Bool {
        guard error.isDiskFullForDatabase else { return false }
        return makeRoom(writes.contains { $0.claim == .removal } ? .removal : writes.first?.claim ?? .ordinary)
    }

    /// Runs each closure in its own transaction, until one fails the file.
    private func runAlone(_ writes: [any PendingAccess]) -> (any Error)? {
        var fatal: (any Error)?
        for write in writes {
            if let fatal {
                write.fail(fatal)
            } else {
                fatal = run([write])
            }
        }
        return fatal
    }

    private func attempt(_ writes: [any PendingAccess]) -> Attempt {
        for write in writes {
            if let end = writes.count > 1 ? runInSavepoint(write) : runWhole(write) { return end }
        }
        let start = clock.now
        do {
            connection.finishStatements()
            try connection.run("COMMIT")
            return .committed(clock.now - start)
        } catch {
            connection.rollback()
            return error.isFatalForDatabase ? .fatal(error) : .lost(error)
        }
    }

    /// Runs the closure; nil where the transaction is open still and can go on.
    private func runInSavepoint(_ write: any PendingAccess) -> Attempt? {
        do {
            try connection.run("SAVEPOINT one_write")
            if let error = write.run(connection.database) {
                if let end = ended(by: error) { return end }
                connection.finishStatements()
                try connection.run("ROLLBACK TO one_write")
            } else if !connection.isInTransaction {
                return .lost(GroupCommit.transactionEnded)
            }
            try connection.run("RELEASE one_write")
            return nil
        } catch {
            connection.rollback()
            return error.isFatalForDatabase ? .fatal(error) : .lost(error)
        }
    }

    /// Runs the only closure of a batch: its error takes back the whole transaction, and no savepoint is needed.
    private func runWhole(_ write: any PendingAccess) -> Attempt? {
        if let error = write.run(connection.database) {
            if let end = ended(by: error) { return end }
            connection.rollback()
            return .lost(error)
        }
        return connection.isInTransaction ? nil : .lost(GroupCommit.transactionEnded)
    }

    /// What a closure's error means for the transaction; nil where it concerns the closure alone.
    private func ended(by error: any Error) -> Attempt? {
        if error.isFatalForDatabase {
            connection.rollback()
            return .fatal(error)
        }
        return connection.isInTransaction ? nil : .lost(error)
    }

    private func fail(_ writes: [any PendingAccess], _ error: any Error) {
        for write in writes { write.fail(error) }
    }

    private static let transactionEnded = DatabaseFailure(
        code: .notCommitted, message: "the transaction ended inside a write, so that nothing of it was kept")
}
