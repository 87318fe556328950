import Synchronization

/// Between the loop's thread, which receives a body, and the one task that reads it: a bounded buffer.
final class StreamChannel: TransferSink {
    struct Head: Sendable {
        var status: Int
        var headers: [TransferHeader]
    }

    typealias HeadOutcome = Result<Head, TransferError>
    typealias Piece = Result<[UInt8]?, TransferError>

    private struct State {
        var headWaiter: CheckedContinuation<HeadOutcome, Never>?
        var reader: CheckedContinuation<Piece, Never>?
        var resume: (@Sendable () -> Void)?
        var buffer: [UInt8] = []
        var isPaused = false
        var end: Result<Void, TransferError>?

        /// What a reader gets now, or nil when it has to wait.
        mutating func take() -> Piece? {
            if !buffer.isEmpty {
                let piece = buffer
                buffer = []
                return .success(piece)
            }
            return end.map { end in end.map { nil } }
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Takes the one who waits for the head, and how to let a paused transfer go on; called before it is submitted.
    func await(_ waiter: CheckedContinuation<HeadOutcome, Never>, resume: @escaping @Sendable () -> Void) {
        state.withLock {
            $0.headWaiter = waiter
            $0.resume = resume
        }
    }

    func head(status: Int, headers: [TransferHeader]) {
        state.withLock { $0.headWaiter.take() }?.resume(returning: .success(Head(status: status, headers: headers)))
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (accepted, reader) = state.withLock { state -> (Bool, CheckedContinuation<Piece, Never>?) in
            if let reader = state.reader.take() { return (true, reader) }
            guard state.buffer.count < limit else {
                state.isPaused = true
                return (false, nil)
            }
            state.buffer.append(contentsOf: bytes)
            return (true, nil)
        }
        reader?.resume(returning: .success(Array(bytes)))
        return accepted
    }

    func finish(_ result: Result<TransferTiming, TransferError>) {
        let end = result.map { _ in }
        let (headWaiter, reader) = state.withLock { state in
            state.end = end
            state.resume = nil
            return (state.headWaiter.take(), state.reader.take())
        }
        if case .failure(let error) = end { headWaiter?.resume(returning: .failure(error)) }
        reader?.resume(returning: end.map { nil })
    }

    /// The next piece for the reader; `.success(nil)` at the end.
    func next() async -> Piece {
        await withCheckedContinuation { continuation in
            let (piece, resume) = state.withLock { state -> (Piece?, (@Sendable () -> Void)?) in
                if let piece = state.take() {
                    let resume = state.isPaused ? state.resume : nil
                    state.isPaused = false
                    return (piece, resume)
                }
                guard state.reader == nil else {
                    return (.failure(TransferError(.invalidRequest, "a streamed body has one reader at a time")), nil)
                }
                state.reader = continuation
                return (nil, nil)
            }
            resume?()
            if let piece { continuation.resume(returning: piece) }
        }
    }
}
