/// One line of the scheduler's ledger.
public struct RunInfo: Codable, Sendable, Hashable {
    /// One call of a run.
    public struct Attempt: Codable, Sendable, Hashable {
        /// When the call began, RFC 3339.
        public let startTime: String
        /// How long it took: seconds with an `s` behind.
        public let latency: String
        /// The target's HTTP status; nil when no answer came. Of a message, the status that its publisher would have seen.
        public let status: Int?
        /// The beginning of what the target answered.
        public let answer: String?
        /// Why no answer came, or no message was published.
        public let error: String?
        /// The id of the message that was published; nil where there is none.
        public let messageId: String?

        /// Creates an attempt.
        public init(
            startTime: String, latency: String, status: Int?, answer: String?, error: String?, messageId: String? = nil
        ) {
            self.startTime = startTime
            self.latency = latency
            self.status = status
            self.answer = answer
            self.error = error
            self.messageId = messageId
        }
    }

    /// The job's name.
    public let job: String
    /// `scheduled`, `manual` or `missed`.
    public let kind: String
    /// `waiting`, `running`, `succeeded`, `failed`, `interrupted`, `skipped` or `missed`.
    public let outcome: String
    /// The instant of the schedule, RFC 3339, the first of a `missed` record; nil for a run by hand.
    public let scheduledTime: String?
    /// The last of the instants that a `missed` record covers.
    public let lastScheduledTime: String?
    /// How many instants a `missed` record covers.
    public let missedCount: Int?
    /// When the call began, RFC 3339.
    public let startTime: String?
    /// When it ended, RFC 3339.
    public let endTime: String?
    /// The target's HTTP status.
    public let status: Int?
    /// Why it ended so.
    public let message: String?
    /// Why it started after its instant; nil where it did not.
    public let lateReason: String?
    /// The calls that were made, in order; nil when there were none.
    public let attempts: [Attempt]?

    /// Creates a run.
    public init(
        job: String, kind: String, outcome: String, scheduledTime: String?, lastScheduledTime: String? = nil,
        missedCount: Int? = nil, startTime: String?, endTime: String?, status: Int?, message: String?,
        lateReason: String? = nil, attempts: [Attempt]? = nil
    ) {
        self.job = job
        self.kind = kind
        self.outcome = outcome
        self.scheduledTime = scheduledTime
        self.lastScheduledTime = lastScheduledTime
        self.missedCount = missedCount
        self.startTime = startTime
        self.endTime = endTime
        self.status = status
        self.message = message
        self.lateReason = lateReason
        self.attempts = attempts
    }
}

/// The answer of `GET /admin/v1/scheduler/runs`: one page, newest first.
public struct RunPage: Codable, Sendable, Hashable {
    /// The runs.
    public let runs: [RunInfo]
    /// What to give as `pageToken` for the next page; nil when this is the last.
    public let nextPageToken: String?

    /// Creates a page.
    public init(runs: [RunInfo], nextPageToken: String?) {
        self.runs = runs
        self.nextPageToken = nextPageToken
    }
}
