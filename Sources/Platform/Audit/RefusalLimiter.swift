import Datastore
import Synchronization

/// Which refusals get a record of their own: whoever may not can try as often as they like, and must not fill the disk
/// with it, nor push what matters out of sight.
final class RefusalLimiter: Sendable {
    /// What becomes of a refusal.
    enum Verdict: Hashable {
        /// It gets a record, which tells how many like it got none since the one before.
        case recorded(leftOut: Int)
        case leftOut
    }

    private struct Key: Hashable {
        let principal: String
        let method: String
    }

    private struct State {
        var begin = Timestamp(microseconds: 0)
        /// The refusals of the interval, and how many of each got no record.
        var seen: [Key: Int] = [:]
        /// How many of each got no record in intervals before.
        var before: [Key: Int] = [:]
    }

    static let interval = Duration.seconds(60)
    /// Records of all principals and methods together in one interval.
    static let most = 100

    private let state = Mutex(State())

    func next(_ action: AuditAction, now: Timestamp) -> Verdict {
        let key = Key(principal: action.principal.name, method: action.method)
        return state.withLock { state in
            // A clock that was set back begins an interval, too.
            if now < state.begin || now >= state.begin.advanced(by: Self.interval) {
                state.before = state.seen.filter { $0.value > 0 }
                state.seen = [:]
                state.begin = now
            }
            guard state.seen[key] == nil else {
                state.seen[key, default: 0] += 1
                return .leftOut
            }
            guard state.seen.count < Self.most else { return .leftOut }
            state.seen[key] = 0
            return .recorded(leftOut: state.before.removeValue(forKey: key) ?? 0)
        }
    }
}
