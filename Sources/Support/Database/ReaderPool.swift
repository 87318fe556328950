import GRDB
import Synchronization

/// The read-only connections of a file, and the line of reads before them.
final class ReaderPool: Sendable {
    private struct State {
        var idle: [DatabaseQueue]
        var waiting = FirstInFirstOut<any PendingAccess>()
        var isClosed = false
    }

    private let readers: [DatabaseQueue]
    private let onDamage: @Sendable (any Error) -> Void
    private let state: Mutex<State>

    init(readers: [DatabaseQueue], onDamage: @escaping @Sendable (any Error) -> Void) {
        self.readers = readers
        self.onDamage = onDamage
        state = Mutex(State(idle: readers))
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        let read = TypedAccess { database in try Connection(database: database).reading(body) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                read.wait(with: continuation)
                enqueue(read)
            }
        } onCancel: {
            read.cancel()
        }
    }

    /// Takes no more reads, finishes those that wait, and closes the connections. Blocks.
    func close() throws {
        state.withLock { $0.isClosed = true }
        for reader in readers {
            // A connection's own queue is serial: this waits behind the reads that it runs.
            reader.unsafeReentrantRead { database in drain(reader, database) }
            try reader.close()
        }
    }

    private func enqueue(_ read: any PendingAccess) {
        let (isClosed, reader) = state.withLock { state -> (Bool, DatabaseQueue?) in
            if state.isClosed { return (true, nil) }
            state.waiting.append(read)
            return (false, state.idle.popLast())
        }
        if isClosed {
            read.fail(DatabaseFailure(code: .closed, message: "the database is closed"))
        } else if let reader {
            reader.asyncUnsafeRead { [self] connection in
                if let database = try? connection.get() { drain(reader, database) }
            }
        }
    }

    private func drain(_ reader: DatabaseQueue, _ database: Database) {
        while let read = next(orRest: reader) {
            if read.isCancelled {
                read.fail(CancellationError())
                continue
            }
            let error = read.run(database)
            read.acknowledge()
            if let error, error.isFatalForDatabase { onDamage(error) }
        }
    }

    private func next(orRest reader: DatabaseQueue) -> (any PendingAccess)? {
        state.withLock { state in
            if let read = state.waiting.popFirst() { return read }
            if !state.isClosed { state.idle.append(reader) }
            return nil
        }
    }
}
