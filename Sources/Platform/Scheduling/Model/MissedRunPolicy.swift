/// What becomes of a job's instants that passed while nobody could run them: the daemon was down, or the clock jumped.
public enum MissedRunPolicy: String, Sendable, Hashable, CaseIterable {
    /// They are recorded as missed.
    case skip = "SKIP"
    /// The last of them is run as soon as that is possible, within the job's start deadline; the others are recorded as
    /// missed.
    case runOnce = "RUN_ONCE"
}
