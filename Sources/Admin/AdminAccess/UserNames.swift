import Dispatch
import Identity
import Synchronization

/// The names of this machine's users. Asking for one may take the way to a directory server: it is done off the event
/// loops, and the answer is kept for a while.
public final class UserNames: Sendable {
    private struct Known {
        let name: String?
        let since: ContinuousClock.Instant
    }

    private let known = Mutex<[UInt32: Known]>([:])

    private static let keptFor = Duration.seconds(300)
    private static let most = 1_000

    /// Starts with none known.
    public init() {}

    /// The name of a user id; nil when it has none.
    public func name(of uid: UInt32) async -> String? {
        let now = ContinuousClock.now
        if let known = known.withLock({ $0[uid] }), now - known.since < Self.keptFor { return known.name }
        let name = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: LocalUser.name(of: uid)) }
        }
        known.withLock { known in
            if known.count >= Self.most { known.removeAll() }
            known[uid] = Known(name: name, since: now)
        }
        return name
    }
}
