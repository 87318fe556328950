/// The scheduler's own times, which tests change.
public struct SchedulerTiming: Sendable, Hashable {
    /// How late an instant may still be run while the daemon is up, of a job that says nothing else.
    public var lateness: Duration
    /// The longest sleep of the loop: how soon a clock that was set is noticed.
    public var longestSleep: Duration
    /// How much longer than its sleep a turn of the loop may take before the scheduler counts as dead.
    public var hangAfter: Duration
    /// How long runs under way may go on when the daemon stops.
    public var shutdownTimeout: Duration

    /// The times; the defaults are the daemon's.
    public init(
        lateness: Duration = .seconds(60), longestSleep: Duration = .seconds(1), hangAfter: Duration = .seconds(10),
        shutdownTimeout: Duration = .seconds(10)
    ) {
        self.lateness = lateness
        self.longestSleep = longestSleep
        self.hangAfter = hangAfter
        self.shutdownTimeout = shutdownTimeout
    }
}
