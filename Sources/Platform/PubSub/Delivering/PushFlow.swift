/// How much is sent to an endpoint at once: few at first, twice as many with each round that it answers, half as many
/// with each failure; and nothing for a while when it does nothing but fail.
///
/// A pure state machine, by a clock that never jumps.
struct PushFlow: Sendable, Hashable {
    static let firstLimit = 3
    static let firstPause = Duration.milliseconds(100)
    static let longestPause = Duration.seconds(60)

    /// The most that are out at once.
    let maximum: Int
    private(set) var limit: Int
    private(set) var outstanding = 0
    /// How many rounds have failed in a row.
    private(set) var failedRounds = 0
    /// Nothing is sent before.
    private(set) var resumeAt: Duration?

    init(maximum: Int) {
        self.maximum = max(1, maximum)
        limit = min(Self.firstLimit, self.maximum)
    }

    /// How many may be sent now.
    func room(now: Duration) -> Int {
        if let resumeAt, now < resumeAt { return 0 }
        return max(0, limit - outstanding)
    }

    mutating func sent(_ count: Int) { outstanding += count }

    /// What was taken and not sent.
    mutating func unsent(_ count: Int) { outstanding -= count }

    /// Begins anew with another endpoint; what is out stays out.
    mutating func restart() {
        limit = min(Self.firstLimit, maximum)
        failedRounds = 0
        resumeAt = nil
    }

    mutating func succeeded() {
        outstanding -= 1
        failedRounds = 0
        resumeAt = nil
        limit = min(maximum, limit + 1)
    }

    /// - Parameter pauses: whether the endpoint as a whole is given time: without a retry policy, which gives each
    ///   message its own.
    mutating func failed(now: Duration, pauses: Bool) {
        outstanding -= 1
        limit = max(1, limit / 2)
        // Those that were out together fail together: that is one round.
        guard pauses, resumeAt.map({ $0 <= now }) ?? true else { return }
        failedRounds += 1
        resumeAt = now + Backoff(least: Self.firstPause, most: Self.longestPause).delay(after: failedRounds)
    }
}

/// A wait that doubles with each failure.
struct Backoff: Sendable, Hashable {
    let least: Duration
    let most: Duration

    func delay(after failures: Int) -> Duration {
        guard failures > 0, least > .zero else { return .zero }
        // Beyond 30 doublings every wait is the longest.
        return min(most, least * (1 << min(failures - 1, 30)))
    }
}
