/// How the log stands, for a health check.
public struct RequestLogStatus: Sendable, Hashable {
    /// Records that wait for the next batch.
    public let buffered: Int
    /// Records that may wait before further ones are dropped.
    public let capacity: Int
    /// Why the last batch was not stored; nil where it was.
    public let failure: String?
}
