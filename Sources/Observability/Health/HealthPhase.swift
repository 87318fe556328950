/// Where the daemon is in its life.
public enum HealthPhase: String, Sendable, Hashable, CaseIterable {
    /// It does not take requests yet.
    case starting
    /// It takes requests.
    case serving
    /// It finishes what it has and takes no more.
    case draining
}
