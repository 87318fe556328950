import Synchronization

/// Which queues still hold a message that went into several: the last to let go deletes it.
///
/// A queue lets go when the end of its delivery is stored, never before: otherwise one that cannot be stored would be
/// taken for the last, and the message deleted beneath. It may say so twice, since a delivery's end may come by two ways.
///
/// In memory and bounded. Of a message that is not here (the daemon was started again, or too many wait, or it went into
/// very many queues) nobody is known to be the last: the sweep of its log deletes it.
final class MessageHolds: Sendable {
    enum Release: Sendable {
        case last
        case held
        case unknown
    }

    /// A bit for each of a message's queues, in their order in the message.
    private struct Queues: Sendable {
        static let limit = 128

        private var bits: (UInt64, UInt64)

        init(count: Int) {
            bits = (count >= 64 ? .max : (1 << count) - 1, count <= 64 ? 0 : .max >> (Self.limit - count))
        }

        var isEmpty: Bool { bits == (0, 0) }

        mutating func remove(_ index: Int) {
            if index < 64 { bits.0 &= ~(1 << index) } else { bits.1 &= ~(1 << (index - 64)) }
        }
    }

    private let limit: Int
    private let queues = Mutex<[Int64: Queues]>([:])

    init(limit: Int = 200_000) {
        self.limit = limit
    }

    func hold(_ sequence: Int64, count: Int) {
        guard count > 1, count <= Queues.limit else { return }
        queues.withLock { queues in
            if queues.count < limit { queues[sequence] = Queues(count: count) }
        }
    }

    /// - Parameter index: the queue's place among the message's.
    func release(_ sequence: Int64, by index: Int) -> Release {
        queues.withLock { queues in
            guard queues[sequence] != nil else { return .unknown }
            queues[sequence]?.remove(index)
            guard queues[sequence]?.isEmpty == true else { return .held }
            queues[sequence] = nil
            return .last
        }
    }

    /// Forgets a message to which queues were added.
    func forget(_ sequence: Int64) {
        queues.withLock { $0[sequence] = nil }
    }
}

/// A queue's part in a message.
struct MessageShare: Sendable, Hashable {
    let sequence: Int64
    /// The queue's place among the message's queues, and how many they are.
    let index: Int
    let count: Int

    /// Nil for a queue that is none of the message's.
    init?(of queue: Int64, in message: StoredMessage) {
        guard let index = message.queues.firstIndex(of: queue) else { return nil }
        self.init(sequence: message.sequence, index: index, count: message.queues.count)
    }

    private init(sequence: Int64, index: Int, count: Int) {
        self.sequence = sequence
        self.index = index
        self.count = count
    }
}
