import Datastore
import Synchronization

@testable import PubSub

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private struct Sleeper {
        let time: Duration
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Timestamp(microseconds: 1_795_000_000_000_000)
        var uptime = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var lastID = 0
    }

    private let state = Mutex(State())

    var now: Timestamp { state.withLock { $0.now } }
    var uptime: Duration { state.withLock { $0.uptime } }

    var pubsubClock: PubSubClock {
        PubSubClock(now: { self.now }, uptime: { self.uptime }, sleep: { await self.sleep(until: $0) })
    }

    /// Moves the clock and wakes those whose time has come.
    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now.advanced(by: duration)
            state.uptime += duration
            let due = state.sleepers.filter { $0.value.time <= state.uptime }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    private func sleep(until time: Duration) async {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard time > state.uptime, !Task.isCancelled else { return true }
                    state.sleepers[id] = Sleeper(time: time, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
