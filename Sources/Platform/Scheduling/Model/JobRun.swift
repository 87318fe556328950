public import Datastore

/// One record of the ledger: a run, or a range of instants that had none.
public struct JobRun: Sendable, Hashable {
    /// Where a record comes from.
    public enum Kind: Sendable, Hashable {
        /// An instant of the schedule.
        case scheduled
        /// A run by hand.
        case manual
        /// Instants that passed while nobody was there to run them, as one record.
        case missed(MissedRange)
    }

    /// How it ended, or how far it is.
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// It waits for the run before it.
        case waiting
        /// The call is out.
        case running
        /// Answered with 2xx.
        case succeeded
        /// Answered with another status, or not at all.
        case failed
        /// The daemon ended before the answer came: whether the call had an effect is not known.
        case interrupted
        /// Not called; `message` says why.
        case skipped
        /// Nobody was there: the daemon was down, or the clock jumped.
        case missed

        /// Whether it can change no more.
        public var isFinal: Bool { self != .waiting && self != .running }
    }

    /// The job's name.
    public let job: String
    /// Where the record comes from.
    public let kind: Kind
    /// The instant of the schedule; for a missed range its last; nil for a run by hand.
    public let scheduledTime: Timestamp?
    /// How it ended, or how far it is.
    public internal(set) var outcome: Outcome
    /// When the call went out, nil when it did not.
    public internal(set) var startTime: Timestamp?
    /// When the outcome was known.
    public internal(set) var endTime: Timestamp?
    /// The target's HTTP status, where it answered.
    public internal(set) var status: Int?
    /// Why it ended so, in words.
    public internal(set) var message: String?
    /// Why it started after its instant, where it had to.
    public internal(set) var lateReason: String?
    /// The calls that were made, in order.
    public internal(set) var attempts: [JobAttempt] = []
}

/// The instants that one `missed` record stands for.
public struct MissedRange: Sendable, Hashable {
    /// The first instant.
    public let from: Timestamp
    /// The last instant.
    public let to: Timestamp
    /// How many there are.
    public let count: Int
}
