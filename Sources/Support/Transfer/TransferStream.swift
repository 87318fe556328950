/// An answer whose body is read as it comes.
public struct TransferStream: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The answer's headers in the order received.
    public var headers: [TransferHeader]
    /// The body in the pieces in which it comes. Read slower than the server sends, it holds the server back; given up
    /// (all references gone), it ends the transfer.
    public var body: TransferBody

    /// The value of the first header with that name, whatever the name's case.
    public subscript(header name: String) -> String? {
        headers[name]
    }
}
