/// The settings of the request log, `request_log` in the file.
public struct RequestLogSettings: Sendable, Hashable {
    /// Records older than this are deleted.
    public var retention: Duration
    /// The size in bytes that the request log may take on disk; the oldest records go first.
    public var maxSize: Int
    /// How long a record waits at most before its batch is written.
    public var flushInterval: Duration
    /// The share of requests that are stored, from 0 to 1.
    public var sample: Double

    /// The request log's settings; without arguments, the defaults.
    public init(
        retention: Duration = .seconds(30 * 86_400), maxSize: Int = 1 << 30,
        flushInterval: Duration = .milliseconds(250), sample: Double = 1
    ) {
        self.retention = retention
        self.maxSize = maxSize
        self.flushInterval = flushInterval
        self.sample = sample
    }
}
