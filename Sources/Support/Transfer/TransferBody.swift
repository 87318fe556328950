/// The body of a streamed answer: for one reader, once.
public struct TransferBody: AsyncSequence, Sendable {
    /// A piece of the body, never empty.
    public typealias Element = [UInt8]
    /// What ends a body before its end.
    public typealias Failure = TransferError

    let channel: StreamChannel
    let lease: StreamLease

    /// Reads the pieces; nil after the last.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let channel: StreamChannel
        let lease: StreamLease

        /// The next piece, waiting for it; nil at the end. Cancelling the task ends the transfer.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(TransferError) -> [UInt8]? {
            let lease = lease
            let result = await withTaskCancellationHandler {
                await channel.next()
            } onCancel: {
                lease.giveUp()
            }
            return try result.get()
        }

        /// The next piece, waiting for it; nil at the end. Cancelling the task ends the transfer.
        public mutating func next() async throws(TransferError) -> [UInt8]? {
            try await next(isolation: nil)
        }
    }

    /// A reader. A second one shares the first one's place.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(channel: channel, lease: lease)
    }
}
