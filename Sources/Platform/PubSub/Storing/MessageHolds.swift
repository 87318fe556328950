import Synchronization

/// How many queues still hold a message that went into several: the last to let go deletes it.
///
/// In memory and bounded. Of a message that is not here (the daemon was started again, or too many wait) nobody is
/// known to be the last: the sweep of its log deletes it.
final class MessageHolds: Sendable {
    enum Release: Sendable {
        case last
        case held
        case unknown
    }

    private let limit: Int
    private let counts = Mutex<[Int64: Int]>([:])

    init(limit: Int = 200_000) {
        self.limit = limit
    }

    func hold(_ sequence: Int64, count: Int) {
        guard count > 1 else { return }
        counts.withLock { counts in
            if counts.count < limit { counts[sequence] = count }
        }
    }

    func release(_ sequence: Int64) -> Release {
        counts.withLock { counts in
            guard let count = counts[sequence] else { return .unknown }
            counts[sequence] = count > 1 ? count - 1 : nil
            return count > 1 ? .held : .last
        }
    }

    /// Forgets a message to which queues were added.
    func forget(_ sequence: Int64) {
        counts.withLock { $0[sequence] = nil }
    }
}
