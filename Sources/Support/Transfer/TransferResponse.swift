/// A whole answer.
public struct TransferResponse: Sendable {
    /// The HTTP status, 200 to 599 as the server sent it.
    public var status: Int
    /// The answer's headers in the order received (of the last answer, where redirects were followed).
    public var headers: [TransferHeader]
    /// The body's bytes, as sent: no content encoding is undone.
    public var body: [UInt8]
    /// How long it took.
    public var timing: TransferTiming

    /// An answer, for tests and for doubles of the client.
    public init(status: Int, headers: [TransferHeader], body: [UInt8], timing: TransferTiming = TransferTiming()) {
        self.status = status
        self.headers = headers
        self.body = body
        self.timing = timing
    }

    /// The value of the first header with that name, whatever the name's case.
    public subscript(header name: String) -> String? {
        headers[name]
    }
}
