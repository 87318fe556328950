/// An HTTP client: any number of transfers at once on one thread of its own.
public final class TransferClient: Sendable {
    /// A client with its thread.
    public init(configuration: TransferConfiguration = TransferConfiguration()) {}

    /// Sends a request and gives the whole answer.
    public func execute(_ request: TransferRequest) async throws(TransferError) -> TransferResponse {
        fatalError("to come")
    }

    /// Sends a request and gives the answer's head as soon as it is there, its body as it comes.
    public func stream(_ request: TransferRequest) async throws(TransferError) -> TransferStream {
        fatalError("to come")
    }

    /// Fails what is under way with `shutDown`, closes every connection and ends the thread.
    public func shutdown() async {}
}
