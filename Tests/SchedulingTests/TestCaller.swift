import Datastore
import Synchronization

@testable import Scheduling

/// A caller that notes its calls and answers as told; held, it answers when released, or when its task is cancelled.
final class TestCaller: JobCaller {
    private struct State {
        var calls: [JobCall] = []
        var active: [String: Int] = [:]
        var overlaps = 0
        var result = JobCallResult.answered(status: 200, excerpt: "")
        var next: [JobCallResult] = []
        var isHeld = false
        var held: [Int: CheckedContinuation<Void, Never>] = [:]
        var nextID = 0
    }

    private let state = Mutex(State())

    var calls: [JobCall] { state.withLock { $0.calls } }
    var times: [String] { calls.map { CivilTime($0.scheduledTime).text } }
    /// How often a call of a job began while another of it was out.
    var overlaps: Int { state.withLock { $0.overlaps } }

    func answer(_ result: JobCallResult) { state.withLock { $0.result = result } }

    /// Answers the next calls so, one after the other, and those behind them as before.
    func answerNext(_ results: JobCallResult...) { state.withLock { $0.next += results } }

    func hold() { state.withLock { $0.isHeld = true } }

    /// Answers all calls that are held, and holds no more.
    func release() {
        state.withLock { $0.isHeld = false }
        answerHeld()
    }

    /// Answers all calls that are held now; those to come are held still.
    func answerHeld() {
        let held = state.withLock { state in
            defer { state.held = [:] }
            return state.held.values.map { $0 }
        }
        for continuation in held { continuation.resume() }
    }

    func call(_ call: JobCall) async -> JobCallResult {
        let (isHeld, id) = state.withLock { state in
            state.calls.append(call)
            state.nextID += 1
            if state.active[call.job.name, default: 0] > 0 { state.overlaps += 1 }
            state.active[call.job.name, default: 0] += 1
            return (state.isHeld, state.nextID)
        }
        if isHeld { await wait(id) }
        return state.withLock { state in
            state.active[call.job.name, default: 0] -= 1
            if isHeld, Task.isCancelled { return .failed("cancelled") }
            return state.next.isEmpty ? state.result : state.next.removeFirst()
        }
    }

    private func wait(_ id: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard state.isHeld, !Task.isCancelled else { return true }
                    state.held[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.held.removeValue(forKey: id) }?.resume()
        }
    }
}
