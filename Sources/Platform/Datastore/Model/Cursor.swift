import JSON

/// A place between two results of one query: the query's hash and where the last result stood in its order. It stays
/// valid while entities come and go, and when an index takes over from a scan.
public struct Cursor: Sendable, Hashable {
    /// The bytes that a client keeps; opaque to it.
    public let bytes: [UInt8]

    /// Creates a cursor from what a client kept. The query that it is given to checks it.
    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Creates a cursor from its text, or nil when the text is not URL-safe Base64.
    public init?(text: String) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.bytes = bytes
    }

    /// The bytes in URL-safe Base64 without padding.
    public var text: String { Base64.encode(bytes, .urlSafe) }
}
