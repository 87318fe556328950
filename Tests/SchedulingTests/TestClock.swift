import Datastore
import Synchronization

@testable import Scheduling

/// A clock that stands until it is set.
final class TestClock: SchedulerClock {
    private struct Sleeper {
        let time: Timestamp
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now: Timestamp
        var uptime = Duration.zero
        var sleepers: [Int: Sleeper] = [:]
        var nextID = 0
    }

    private let state: Mutex<State>

    init(_ text: String) {
        state = Mutex(State(now: instant(text)))
    }

    var now: Timestamp { state.withLock { $0.now } }

    var uptime: Duration { state.withLock { $0.uptime } }

    /// When the sleepers want to be woken, in order.
    var alarms: [Timestamp] { state.withLock { $0.sleepers.values.map(\.time).sorted() } }

    /// Sets the clock, forward or back, and wakes those whose time has come.
    func set(_ time: Timestamp) {
        let woken = state.withLock { state in
            state.now = time
            state.uptime += .milliseconds(1)
            let due = state.sleepers.filter { $0.value.time <= time }
            for id in due.keys { state.sleepers[id] = nil }
            return due.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    func set(_ text: String) { set(instant(text)) }

    /// Lets time pass that the wall's clock does not show.
    func age(by duration: Duration) { state.withLock { $0.uptime += duration } }

    func sleep(until time: Timestamp) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard time > state.now, !Task.isCancelled else { return true }
                    state.sleepers[id] = Sleeper(time: time, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume()
        }
        try Task.checkCancellation()
    }
}
