import Foundation
import JSON
import Synchronization
import TestReceiver
import Testing

/// What one receiver was sent and has acknowledged, over the lives of a daemon, and what of it must not come again.
final class DeliveryLedger: Sendable {
    private struct State {
        /// Counts the daemons.
        var life = 0
        /// The names of the objects that came, by message id.
        var seen: [String: String] = [:]
        /// In which daemon's life a message was acknowledged last.
        var acknowledged: [String: Int] = [:]
        /// Of which the daemon has told that it is stored.
        var stored: Set<String> = []
        var wrong: [String] = []
    }

    private let state = Mutex(State())

    /// The names of the objects that came, by message id.
    var seen: [String: String] { state.withLock { $0.seen } }
    /// What came and must not have come.
    var wrong: [String] { state.withLock { $0.wrong } }

    /// To be called when nothing of the killed daemon's is under way any more: what it was told may not be stored.
    func nextLife() { state.withLock { $0.life += 1 } }

    /// Notes a message that comes, and whether it is acknowledged.
    func note(_ id: String, _ data: [UInt8], acknowledges: Bool) {
        let name = (try? JSONValue(parsing: data))?.object?["name"]?.string
        state.withLock { state in
            if let earlier = state.seen.updateValue(name ?? "", forKey: id), earlier != name ?? "" {
                state.wrong.append("\(id) is another: \(earlier), \(name ?? "no JSON")")
            }
            if state.stored.contains(id) { state.wrong.append("\(id) came again, of which was told that it is stored") }
            if state.acknowledged[id] == state.life { state.wrong.append("\(id) came again in the same life") }
            if acknowledges { state.acknowledged[id] = state.life }
        }
    }

    /// The daemon has told that these are acknowledged durably; nil: all that were.
    func noteStored(_ ids: [String]? = nil) {
        state.withLock { state in state.stored.formUnion(ids ?? Array(state.acknowledged.keys)) }
    }
}
