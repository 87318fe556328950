/// What the scheduler refuses, and why.
public struct SchedulingError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// The text is not a cron schedule.
        case invalidSchedule
        /// A job's other property cannot be as it is.
        case invalidJob
        /// There is no job with that name.
        case notFound
        /// There is a job with that name already.
        case alreadyExists
        /// A run of the job is under way; runs of one job never overlap.
        case alreadyRunning
        /// The scheduler has not begun yet, or stops.
        case notRunning
        /// A page token is not one that was given out for this question.
        case invalidPageToken
    }

    /// What went wrong, stable for programs.
    public let code: Code
    /// A sentence for a person that says what to do.
    public let message: String

    /// An error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
