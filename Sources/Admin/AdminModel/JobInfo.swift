/// One job of the scheduler: Cloud Scheduler's names, and some of our own.
public struct JobInfo: Codable, Sendable, Hashable {
    /// Where a run goes.
    public struct Target: Codable, Sendable, Hashable {
        /// The URL that is called.
        public let uri: String
        /// The method, e.g. `GET`.
        public let httpMethod: String
        /// The job's own headers; nil when it has none.
        public let headers: [String: String]?
        /// The body in Base64; nil when it is empty.
        public let body: String?

        /// The ID token that calls carry; nil for none.
        public let oidcToken: Token?

        /// The ID token that calls carry.
        public struct Token: Codable, Sendable, Hashable {
            /// The account that the job acts as.
            public let serviceAccountEmail: String
            /// Who is to take the token; nil: the job's URL.
            public let audience: String?

            /// Creates a token's description.
            public init(serviceAccountEmail: String, audience: String?) {
                self.serviceAccountEmail = serviceAccountEmail
                self.audience = audience
            }
        }

        /// Creates a target.
        public init(
            uri: String, httpMethod: String, headers: [String: String]? = nil, body: String? = nil,
            oidcToken: Token? = nil
        ) {
            self.uri = uri
            self.httpMethod = httpMethod
            self.headers = headers
            self.body = body
            self.oidcToken = oidcToken
        }
    }

    /// What a run publishes.
    public struct Message: Codable, Sendable, Hashable {
        /// The topic, `projects/P/topics/T`.
        public let topicName: String
        /// The data in Base64; nil when it is empty.
        public let data: String?
        /// The attributes; nil when there are none.
        public let attributes: [String: String]?
        /// The ordering key; nil when there is none.
        public let orderingKey: String?

        /// Creates a message's description.
        public init(topicName: String, data: String?, attributes: [String: String]?, orderingKey: String?) {
            self.topicName = topicName
            self.data = data
            self.attributes = attributes
            self.orderingKey = orderingKey
        }
    }

    /// When a call that failed is made again; durations are seconds with an `s` behind.
    public struct Retry: Codable, Sendable, Hashable {
        /// How many attempts may follow the first.
        public let retryCount: Int
        /// The first backoff.
        public let minBackoffDuration: String
        /// The longest backoff.
        public let maxBackoffDuration: String
        /// How often the backoff doubles.
        public let maxDoublings: Int
        /// No attempt begins later than this after the first; `0s` for no limit.
        public let maxRetryDuration: String

        /// Creates a retry config.
        public init(
            retryCount: Int, minBackoffDuration: String, maxBackoffDuration: String, maxDoublings: Int,
            maxRetryDuration: String
        ) {
            self.retryCount = retryCount
            self.minBackoffDuration = minBackoffDuration
            self.maxBackoffDuration = maxBackoffDuration
            self.maxDoublings = maxDoublings
            self.maxRetryDuration = maxRetryDuration
        }
    }

    /// How the last attempt failed, as `google.rpc.Status` has it.
    public struct Status: Codable, Sendable, Hashable {
        /// The number of the canonical code, e.g. 14 for unavailable.
        public let code: Int
        /// What went wrong, in words.
        public let message: String

        /// Creates a status.
        public init(code: Int, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The job's name.
    public let name: String
    /// What it is for; nil when nobody said so.
    public let description: String?
    /// Five cron fields.
    public let schedule: String
    /// The time zone of the schedule.
    public let timeZone: String
    /// `ENABLED` or `PAUSED`.
    public let state: String
    /// The URL that a run calls; nil for a job that publishes.
    public let httpTarget: Target?
    /// The message that a run publishes; nil for a job that calls.
    public let pubsubTarget: Message?
    /// When a call that failed is made again.
    public let retryConfig: Retry
    /// How long an attempt may take: seconds with an `s` behind, e.g. `180s`.
    public let attemptDeadline: String
    /// `SKIP` or `RUN_ONCE`.
    public let missedRunPolicy: String
    /// How late an instant may still be started; nil when the job does not say.
    public let startDeadline: String?
    /// What keeps the job from running; nil when nothing does.
    public let problem: String?
    /// When the job was made or updated, RFC 3339.
    public let userUpdateTime: String?
    /// When the newest run made its last attempt, RFC 3339.
    public let lastAttemptTime: String?
    /// How that attempt failed; nil when it did not.
    public let status: Status?
    /// The next scheduled instant, RFC 3339; nil when the job is paused or never runs again.
    public let scheduleTime: String?
    /// The same.
    public let nextTime: String?
    /// The newest run, nil before the first.
    public let lastRun: RunInfo?

    /// Creates a job's description.
    public init(
        name: String, description: String?, schedule: String, timeZone: String, state: String, httpTarget: Target?,
        pubsubTarget: Message?, retryConfig: Retry, attemptDeadline: String, missedRunPolicy: String,
        startDeadline: String?, problem: String?, userUpdateTime: String?, lastAttemptTime: String?, status: Status?,
        scheduleTime: String?, lastRun: RunInfo?
    ) {
        self.name = name
        self.description = description
        self.schedule = schedule
        self.timeZone = timeZone
        self.state = state
        self.httpTarget = httpTarget
        self.pubsubTarget = pubsubTarget
        self.retryConfig = retryConfig
        self.attemptDeadline = attemptDeadline
        self.missedRunPolicy = missedRunPolicy
        self.startDeadline = startDeadline
        self.problem = problem
        self.userUpdateTime = userUpdateTime
        self.lastAttemptTime = lastAttemptTime
        self.status = status
        self.scheduleTime = scheduleTime
        nextTime = scheduleTime
        self.lastRun = lastRun
    }
}

/// The answer of `GET /admin/v1/scheduler/jobs`.
public struct JobList: Codable, Sendable, Hashable {
    /// All jobs, by name.
    public let jobs: [JobInfo]

    /// Creates a list.
    public init(jobs: [JobInfo]) {
        self.jobs = jobs
    }
}
