import Datastore

/// Pub/Sub's own times, which tests change.
public struct PubSubTiming: Sendable, Hashable {
    /// What a second of an ack deadline takes.
    public var ackSecond: Duration
    /// The wait before a durable step that failed is tried again.
    public var retryAfter: Duration
    /// How often ages are measured.
    public var gaugeInterval: Duration
    /// How often old messages and unused subscriptions are looked for.
    public var cleaningInterval: Duration
    /// How long pushes under way may go on when the daemon stops.
    public var shutdownTimeout: Duration

    /// The times; the defaults are the daemon's.
    public init(
        ackSecond: Duration = .seconds(1), retryAfter: Duration = .seconds(1), gaugeInterval: Duration = .seconds(10),
        cleaningInterval: Duration = .seconds(60), shutdownTimeout: Duration = .seconds(10)
    ) {
        self.ackSecond = ackSecond
        self.retryAfter = retryAfter
        self.gaugeInterval = gaugeInterval
        self.cleaningInterval = cleaningInterval
        self.shutdownTimeout = shutdownTimeout
    }
}

/// Pub/Sub's time. Tests bring clocks that they set.
struct PubSubClock: Sendable {
    /// What the clock on the wall says; it may jump.
    var now: @Sendable () -> Timestamp
    /// A time that never jumps, from any beginning.
    var uptime: @Sendable () -> Duration
    /// Waits until the uptime is so much; returns early when the task is cancelled.
    var sleep: @Sendable (_ until: Duration) async -> Void

    /// The system's clocks.
    static func system() -> PubSubClock {
        let begin = ContinuousClock.now
        return PubSubClock(
            now: { .now }, uptime: { ContinuousClock.now - begin },
            sleep: { try? await Task.sleep(until: begin + $0, clock: .continuous) })
    }
}
