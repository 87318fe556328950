import JSON
import Transfer

/// A call that is made at the instants of a schedule.
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
    /// The zone in which the schedule is read: `Etc/UTC`.
    public var timeZone: String
    /// Whether its instants are run.
    public var state: State
    /// What is called.
    public var target: HTTPTarget
    /// How long a call may take, up to 30 minutes.
    public var attemptDeadline: Duration

    /// A job; throws nothing, `validate` tells what cannot be.
    public init(
        name: String, description: String = "", schedule: CronSchedule, timeZone: String = "Etc/UTC",
        state: State = .enabled, target: HTTPTarget, attemptDeadline: Duration = .seconds(180)
    ) {
        self.name = name
        self.description = description
        self.schedule = schedule
        self.timeZone = timeZone
        self.state = state
        self.target = target
        self.attemptDeadline = attemptDeadline
    }

    /// Throws `invalidJob` with what is wrong, when something is.
    public func validate() throws(SchedulingError) {
        guard Self.isName(name) else {
            throw SchedulingError(.invalidJob, "a job's name has 1 to 500 letters, digits, - and _")
        }
        guard timeZone.hasSameBytes(as: "Etc/UTC") || timeZone.hasSameBytes(as: "UTC") else {
            throw SchedulingError(
                .invalidJob, "time zone \(timeZone.debugDescription) is not known: this version has Etc/UTC only")
        }
        guard attemptDeadline > .zero, attemptDeadline <= .seconds(1800) else {
            throw SchedulingError(.invalidJob, "the attempt deadline is above 0 and at most 30 minutes")
        }
        try target.validate()
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
