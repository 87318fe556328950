import DequeModule
import Synchronization

/// Messages that were published lately: most are sent at once, and by each subscription, which would otherwise read
/// them from the store one after the other.
///
/// In memory and bounded: the oldest make room. It is filled by publishers only, so that what is forgotten because it was
/// changed stays so.
final class RecentMessages: Sendable {
    private struct State {
        var messages: [Int64: StoredMessage] = [:]
        var order: Deque<Int64> = []
        var bytes = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many bytes there are at most, by and large.
    init(limit: Int = 4 << 20) {
        self.limit = limit
    }

    /// Keeps messages that are stored.
    func note(_ messages: [StoredMessage]) {
        state.withLock { state in
            // One that is large would push many out.
            for message in messages where Self.size(message) <= limit / 64 {
                guard state.messages.updateValue(message, forKey: message.sequence) == nil else { continue }
                state.order.append(message.sequence)
                state.bytes += Self.size(message)
            }
            while state.bytes > limit, let oldest = state.order.popFirst() { Self.remove(oldest, &state) }
        }
    }

    /// The messages of numbers, nil for those that are not here.
    func find(_ sequences: [Int64]) -> [StoredMessage?] {
        state.withLock { state in sequences.map { state.messages[$0] } }
    }

    /// Forgets a message that is about to be changed.
    func forget(_ sequence: Int64) {
        state.withLock { Self.remove(sequence, &$0) }
    }

    private static func remove(_ sequence: Int64, _ state: inout State) {
        if let message = state.messages.removeValue(forKey: sequence) { state.bytes -= size(message) }
    }

    private static func size(_ message: StoredMessage) -> Int {
        let attributes = message.message.attributes.all.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 64 }
        return 256 + message.message.data.count + attributes + 8 * message.queues.count
    }
}
