import Datastore
import Synchronization

/// Numbers messages, logs and queues: larger for later ones, and never used twice.
///
/// A number is at least the time in microseconds at which the daemon started, so that it is not used again when an old
/// backup is restored: receivers tell messages apart by it. Numbers are given out below a mark that is stored before
/// the first of them is used.
final class Numbers: Sendable {
    private static let block: Int64 = 100_000

    private struct State {
        var next: Int64
        /// Numbers below it may be used.
        var mark: Int64
    }

    private let datastore: Datastore
    private let state: Mutex<State>

    init(datastore: Datastore, now: Timestamp) async throws {
        self.datastore = datastore
        let mark = try await datastore.lookup(Keys.mark)?["mark"]?.integer ?? 0
        state = Mutex(State(next: max(mark, now.microseconds, 1), mark: mark))
    }

    /// The first of so many numbers.
    func take(_ count: Int) async throws -> Int64 {
        while true {
            if let first = takeAtOnce(count) { return first }
            try await extend(by: count)
        }
    }

    /// A number for nothing that is stored: all later ones are greater. It needs no write, so that a start on a full
    /// disk goes on.
    func pass() -> Int64 {
        state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
    }

    /// The first of so many numbers, within a transaction that is to store what they are for, and the mark that it
    /// stores with them: ``noteStored(_:)`` has to follow when it has, since it may fail yet.
    func take(_ count: Int, in transaction: Transaction) throws -> (first: Int64, mark: Int64?) {
        if let first = takeAtOnce(count) { return (first, nil) }
        let (first, mark) = state.withLock { state in
            defer { state.next += Int64(count) }
            return (state.next, state.next + Int64(count) + Self.block)
        }
        let stored = try transaction.get(Keys.mark)?["mark"]?.integer ?? 0
        if stored < mark { try transaction.put(Self.entity(mark)) }
        return (first, max(stored, mark))
    }

    /// A mark is stored: the numbers below it need no write any more.
    func noteStored(_ mark: Int64) { state.withLock { $0.mark = max($0.mark, mark) } }

    private func takeAtOnce(_ count: Int) -> Int64? {
        state.withLock { state in
            guard state.next + Int64(count) <= state.mark else { return nil }
            defer { state.next += Int64(count) }
            return state.next
        }
    }

    private func extend(by count: Int) async throws {
        let wanted = state.withLock { $0.next + Int64(count) + Self.block }
        let mark = try await datastore.transaction { transaction in
            let stored = try transaction.get(Keys.mark)?["mark"]?.integer ?? 0
            if stored < wanted { try transaction.put(Self.entity(wanted)) }
            return max(stored, wanted)
        }
        noteStored(mark)
    }

    private static func entity(_ mark: Int64) -> Entity {
        Entity(key: Keys.mark, properties: ["mark": .integer(mark)])
    }
}
