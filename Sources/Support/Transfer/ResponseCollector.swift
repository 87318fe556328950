import Synchronization

/// Gathers a whole answer and hands it to the one who waits.
final class ResponseCollector: TransferSink {
    typealias Outcome = Result<TransferResponse, TransferError>

    private struct State {
        var waiter: CheckedContinuation<Outcome, Never>?
        var response = TransferResponse(status: 0, headers: [], body: [])
    }

    private let state = Mutex(State())

    /// Takes the one who waits; called before the transfer is submitted.
    func await(_ waiter: CheckedContinuation<Outcome, Never>) {
        state.withLock { $0.waiter = waiter }
    }

    func head(status: Int, headers: [TransferHeader]) {
        state.withLock {
            $0.response.status = status
            $0.response.headers = headers
        }
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLock { $0.response.body.append(contentsOf: bytes) }
        return true
    }

    func finish(_ result: Result<TransferTiming, TransferError>) {
        let (waiter, outcome) = state.withLock { state in
            let outcome: Outcome = result.map { timing in
                state.response.timing = timing
                return state.response
            }
            let waiter = state.waiter
            state = State()
            return (waiter, outcome)
        }
        waiter?.resume(returning: outcome)
    }
}
