public import Datastore

/// A call that is made, or a message that is published, at the instants of a schedule.
public struct Job: Sendable, Hashable {
    /// Whether instants are run.
    public enum State: String, Sendable, Hashable {
        /// Each instant is run.
        case enabled = "ENABLED"
        /// Instants pass without a run and without a record; runs by hand work.
        case paused = "PAUSED"
    }

    /// The job's id: 1 to 500 letters, digits, `-` and `_`.
    public var name: String
    /// What it is for, in words; may be empty.
    public var description: String
    /// When it runs.
    public var schedule: CronSchedule
    /// The zone by whose clocks the schedule is read, by its name in the tz database.
    public var timeZone: String
    /// Whether its instants are run.
    public var state: State
    /// What is called, or published.
    public var target: JobTarget
    /// When a call that failed is made again.
    public var retry: RetryConfig
    /// How long an attempt may take, 15 seconds to 30 minutes.
    public var attemptDeadline: Duration
    /// What becomes of instants that passed while nobody could run them.
    public var missedRuns: MissedRunPolicy
    /// How late an instant may still be started; nil for what `SchedulerTiming` and `missedRuns` say.
    public var startDeadline: Duration?
    /// When it was made or updated.
    public internal(set) var userUpdateTime: Timestamp?

    /// A job; throws nothing, `validate` tells what cannot be.
    public init(
        name: String, description: String = "", schedule: CronSchedule, timeZone: String = "Etc/UTC",
        state: State = .enabled, target: JobTarget, retry: RetryConfig = RetryConfig(),
        attemptDeadline: Duration = .seconds(180), missedRuns: MissedRunPolicy = .skip, startDeadline: Duration? = nil
    ) {
        self.name = name
        self.description = description
        self.schedule = schedule
        self.timeZone = timeZone
        self.state = state
        self.target = target
        self.retry = retry
        self.attemptDeadline = attemptDeadline
        self.missedRuns = missedRuns
        self.startDeadline = startDeadline
    }

    /// Throws `invalidJob` with what is wrong, when something is. Whether there is such a time zone, the scheduler says,
    /// and whether such a message can be published, its publisher.
    public func validate() throws(SchedulingError) {
        guard Self.isName(name) else {
            throw SchedulingError(.invalidJob, "a job's name has 1 to 500 letters, digits, - and _")
        }
        guard description.unicodeScalars.count <= 500 else {
            throw SchedulingError(.invalidJob, "the description has at most 500 characters")
        }
        guard attemptDeadline >= .seconds(15), attemptDeadline <= .seconds(1800) else {
            throw SchedulingError(.invalidJob, "the attempt deadline is 15 seconds to 30 minutes")
        }
        guard startDeadline.map({ $0 > .zero && $0 <= RetryConfig.longest }) ?? true else {
            throw SchedulingError(.invalidJob, "the start deadline is above 0 and at most 30 days")
        }
        try retry.validate()
        if case .http(let target) = target { try target.validate() }
    }

    static func isName(_ name: String) -> Bool {
        (1...500).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
