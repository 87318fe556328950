/// What became of the requests served in this run.
///
/// `served == stored + sampledOut + all of dropped + buffered`, and nothing is buffered after a graceful stop.
public struct RequestLogCounters: Sendable, Hashable {
    /// Requests that were answered and handed to the log.
    public var served = 0
    /// Records in the file.
    public var stored = 0
    /// Records left out because of `request_log.sample`.
    public var sampledOut = 0
    /// Records that were lost, by reason.
    public var dropped: [DropReason: Int] = [:]
    /// Records that wait for the next batch.
    public var buffered = 0

    /// Counters of nothing yet.
    public init() {}

    /// All that were dropped.
    public var droppedInAll: Int { dropped.values.reduce(0, +) }
}
