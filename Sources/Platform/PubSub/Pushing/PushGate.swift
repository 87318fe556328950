import Synchronization

/// Bounds the pushes of all subscriptions together, so that endpoints that hang leave connections for the others.
final class PushGate: Sendable {
    private struct State {
        var free: Int
        var waiting: [Int64: Subscriber] = [:]
    }

    private let state: Mutex<State>

    init(limit: Int) {
        state = Mutex(State(free: limit))
    }

    /// Takes up to so many places; one who gets fewer is kicked when there are some again.
    func take(_ wanted: Int, for subscriber: Subscriber) -> Int {
        guard wanted > 0 else { return 0 }
        return state.withLock { state in
            let taken = min(wanted, state.free)
            state.free -= taken
            if taken < wanted { state.waiting[subscriber.queue] = subscriber }
            return taken
        }
    }

    /// Gives back what the taker had no use for.
    func giveBackQuietly(_ count: Int) {
        state.withLock { $0.free += count }
    }

    /// Gives back what was in use, and has those looked after who got too few.
    func giveBack(_ count: Int) {
        guard count > 0 else { return }
        let waiting = state.withLock { state in
            state.free += count
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for subscriber in waiting { subscriber.kick() }
    }
}
