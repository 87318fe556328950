import Synchronization

/// Wakes whoever waits for the next batch to be in the file.
final class CommitSignal: Sendable {
    private struct State {
        var generation = 0
        var isFinished = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// How many batches there were. Read it before looking into the file, and wait with it after.
    var generation: Int { state.withLock { $0.generation } }

    /// Whether no more batches come.
    var isFinished: Bool { state.withLock { $0.isFinished } }

    func batchCommitted() {
        wake { $0.generation += 1 }
    }

    func finish() {
        wake { state in
            state.generation += 1
            state.isFinished = true
        }
    }

    /// Returns when there was a batch after `generation`, when no more come, or when the task is cancelled.
    func wait(after generation: Int) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.generation > generation || state.isFinished || Task.isCancelled { return true }
                    state.waiters[number] = continuation
                    return false
                }
                if isDone { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }
}
