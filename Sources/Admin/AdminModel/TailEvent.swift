/// One line of `GET /admin/v1/logs:tail`: exactly one of the members is there.
public struct TailEvent: Codable, Sendable, Hashable {
    /// Records that will never come.
    public struct Gap: Codable, Sendable, Hashable {
        /// How many records were dropped.
        public let dropped: Int
        /// The insertId of the last record before the gap; nil when there was none.
        public let after: String?

        /// Creates a gap.
        public init(dropped: Int, after: String?) {
            self.dropped = dropped
            self.after = after
        }
    }

    /// A sign of life when nothing happened, so that each side notices when the other is gone.
    public struct Heartbeat: Codable, Sendable, Hashable {
        /// The daemon's time, RFC 3339.
        public let time: String

        /// Creates a heartbeat.
        public init(time: String) {
            self.time = time
        }
    }

    /// A record.
    public let entry: LogEntry?
    /// Records that will never come.
    public let gap: Gap?
    /// Nothing happened.
    public let heartbeat: Heartbeat?
    /// Why the stream ends early.
    public let error: AdminFailure.Detail?

    /// Creates an event that is a record.
    public init(entry: LogEntry) {
        self.entry = entry
        gap = nil
        heartbeat = nil
        error = nil
    }

    /// Creates an event that is a gap.
    public init(gap: Gap) {
        entry = nil
        self.gap = gap
        heartbeat = nil
        error = nil
    }

    /// Creates an event that is a heartbeat.
    public init(heartbeat: Heartbeat) {
        entry = nil
        gap = nil
        self.heartbeat = heartbeat
        error = nil
    }

    /// Creates the last event of a stream that failed.
    public init(error: AdminFailure.Detail) {
        entry = nil
        gap = nil
        heartbeat = nil
        self.error = error
    }
}
