/// Names a transaction that spans requests.
public struct TransactionHandle: Sendable, Hashable {
    /// The bytes that a client keeps; opaque to it.
    public let bytes: [UInt8]

    /// Creates a handle from what a client kept.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}
