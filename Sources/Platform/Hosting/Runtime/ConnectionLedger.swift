import NIOCore
import Synchronization

/// Which connections are open, over all hosts: it keeps the limit, and reaches each when the daemon stops.
final class ConnectionLedger: Sendable {
    /// One open connection.
    struct Entry: Sendable {
        let channel: any Channel
        /// Asks the connection, on its loop, to close when it is idle or after its answer.
        let drain: @Sendable () -> Void
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var byHost: [Int: Int] = [:]
        var limit: Int
    }

    private let state: Mutex<State>
    private let crowded = Atomic(false)

    /// Creates an empty ledger.
    ///
    /// - Parameter limit: how many connections may be open at once.
    init(limit: Int) { state = Mutex(State(limit: limit)) }

    /// Whether more than three quarters of the limit are in use: then answers carry `Connection: close`, so that
    /// places come free for those who wait.
    var isCrowded: Bool { crowded.load(ordering: .relaxed) }

    /// How many connections are open.
    var count: Int { state.withLock { $0.entries.count } }

    /// Enters a connection.
    ///
    /// A host that has few keeps a small reserve beyond the limit, so that a flood on one service starves neither the
    /// admin's socket nor the health checks.
    /// - Returns: false when there is no place for it.
    func enter(_ entry: Entry, host: Int) -> Bool {
        state.withLock { state in
            let held = state.byHost[host, default: 0]
            guard state.entries.count < state.limit || held < min(16, state.limit / 8) else { return false }
            state.byHost[host] = held + 1
            state.entries[ObjectIdentifier(entry.channel)] = entry
            noteCrowd(state)
            return true
        }
    }

    /// Takes out a connection that was entered and has closed.
    func leave(_ channel: any Channel, host: Int) {
        state.withLock { state in
            state.entries[ObjectIdentifier(channel)] = nil
            state.byHost[host, default: 1] -= 1
            noteCrowd(state)
        }
    }

    /// Changes how many connections may be open at once; those that are stay.
    func setLimit(_ limit: Int) {
        state.withLock { state in
            state.limit = limit
            noteCrowd(state)
        }
    }

    private func noteCrowd(_ state: State) {
        crowded.store(state.entries.count * 4 > state.limit * 3, ordering: .relaxed)
    }

    /// Asks every connection to close as soon as it owes no answer.
    func drainAll() {
        for entry in state.withLock({ Array($0.entries.values) }) { entry.drain() }
    }

    /// Closes every connection at once.
    func closeAll() {
        for entry in state.withLock({ Array($0.entries.values) }) { entry.channel.close(promise: nil) }
    }
}
