/// One job of the scheduler.
public struct JobInfo: Codable, Sendable, Hashable {
    /// Where a run goes.
    public struct Target: Codable, Sendable, Hashable {
        /// The URL that is called.
        public let uri: String
        /// The method, e.g. `GET`.
        public let httpMethod: String

        /// Creates a target.
        public init(uri: String, httpMethod: String) {
            self.uri = uri
            self.httpMethod = httpMethod
        }
    }

    /// The job's name.
    public let name: String
    /// Five cron fields.
    public let schedule: String
    /// The time zone of the schedule.
    public let timeZone: String
    /// `ENABLED` or `PAUSED`.
    public let state: String
    /// Where a run goes.
    public let httpTarget: Target
    /// Seconds with an `s` behind, e.g. `180s`.
    public let attemptDeadline: String
    /// The next scheduled instant, RFC 3339; nil when the job is paused or never runs again.
    public let nextTime: String?
    /// The newest run, nil before the first.
    public let lastRun: RunInfo?

    /// Creates a job's description.
    public init(
        name: String, schedule: String, timeZone: String, state: String, httpTarget: Target, attemptDeadline: String,
        nextTime: String?, lastRun: RunInfo?
    ) {
        self.name = name
        self.schedule = schedule
        self.timeZone = timeZone
        self.state = state
        self.httpTarget = httpTarget
        self.attemptDeadline = attemptDeadline
        self.nextTime = nextTime
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
