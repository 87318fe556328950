import NIOCore
import Synchronization

/// Hands a request's body from its connection to its handler, part by part. The connection fills it until it is full,
/// and is asked for more when the handler has taken what was there.
final class BodyFeed: Sendable {
    private typealias Reader = CheckedContinuation<ByteBuffer?, any Error>

    /// How the body came to its end.
    private enum End {
        case whole
        case broken(RequestBodyFailure)
    }

    private struct State {
        var parts = CircularBuffer<ByteBuffer>()
        var bytes = 0
        var end: End?
        var reader: Reader?
        /// Asks for more. Gone with the body's end, since it holds the connection, which holds this.
        var demand: (@Sendable () -> Void)?

        /// What the reader gets at once, if anything, and what asks for more, where more is wanted.
        mutating func take(_ reader: Reader) -> (
            outcome: Result<ByteBuffer?, any Error>?, demand: (@Sendable () -> Void)?
        ) {
            if case .broken(let failure)? = end { return (.failure(failure), nil) }
            if var part = parts.popFirst() {
                // All that waits at once: a reader that is slow for each part gets few large ones.
                while let next = parts.popFirst() { part.writeImmutableBuffer(next) }
                bytes = 0
                return (.success(part), demand)
            }
            if end != nil { return (.success(nil), nil) }
            guard self.reader == nil else { return (.failure(RequestBodyFailure("the body has another reader")), nil) }
            self.reader = reader
            return (nil, demand)
        }
    }

    /// How many bytes wait at most before the connection stops reading; what it has read already may come on top.
    private static let fullMark = 262_144

    private let state: Mutex<State>

    /// Creates an empty feed.
    ///
    /// - Parameter onDemand: called whenever the reader has to wait for more.
    init(onDemand: @escaping @Sendable () -> Void) {
        state = Mutex(State(demand: onDemand))
    }

    /// Creates a feed of a body that is there.
    init(whole: ByteBuffer) {
        var state = State(end: .whole)
        if whole.readableBytes > 0 { state.parts.append(whole) }
        self.state = Mutex(state)
    }

    /// Adds bytes.
    ///
    /// - Returns: whether the feed is full.
    func append(_ bytes: ByteBuffer) -> Bool {
        guard bytes.readableBytes > 0 else { return false }
        let (reader, isFull) = state.withLock { state -> (Reader?, Bool) in
            if let reader = state.reader.take() { return (reader, false) }
            state.parts.append(bytes)
            state.bytes += bytes.readableBytes
            return (nil, state.bytes >= Self.fullMark)
        }
        reader?.resume(returning: bytes)
        return isFull
    }

    /// The body is whole.
    func finish() { end(.whole) }

    /// The body will not become whole.
    func fail(_ failure: RequestBodyFailure) { end(.broken(failure)) }

    private func end(_ end: End) {
        let reader = state.withLock { state -> Reader? in
            guard state.end == nil else { return nil }
            state.end = end
            state.demand = nil
            return state.reader.take()
        }
        guard let reader else { return }
        switch end {
        case .whole: reader.resume(returning: nil)
        case .broken(let failure): reader.resume(throwing: failure)
        }
    }

    /// The next bytes; nil at the end. A failure comes at once: what came before it is of no use.
    func next() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { continuation in
            let (outcome, demand) = state.withLock { state in state.take(continuation) }
            if let outcome { continuation.resume(with: outcome) }
            demand?()
        }
    }
}
