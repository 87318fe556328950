public import Datastore

/// The scheduler's time. Tests bring one that they move by hand.
public protocol SchedulerClock: Sendable {
    /// What the clock on the wall says; it may jump.
    var now: Timestamp { get }
    /// A time that never jumps, from any beginning.
    var uptime: Duration { get }
    /// Returns when the wall's clock says so, or throws when the task is cancelled.
    func sleep(until time: Timestamp) async throws
}

/// The system's clock.
public struct SystemSchedulerClock: SchedulerClock {
    private let begin = ContinuousClock.now

    /// The system's clock.
    public init() {}

    /// CLOCK_REALTIME.
    public var now: Timestamp { .now }

    /// Since the clock was made.
    public var uptime: Duration { ContinuousClock.now - begin }

    /// Sleeps for what lies between now and then, and does not see the clock being set meanwhile: the scheduler
    /// sleeps in short pieces for that.
    public func sleep(until time: Timestamp) async throws {
        try await Task.sleep(for: max(.zero, time.since(now)))
    }
}
