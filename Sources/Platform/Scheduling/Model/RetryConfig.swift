/// When a call that failed is made again within its run, as Cloud Scheduler's `retryConfig` has it.
public struct RetryConfig: Sendable, Hashable {
    /// How many attempts may follow the first: 0 to 5.
    public var retryCount: Int
    /// The first backoff.
    public var minBackoff: Duration
    /// The longest backoff.
    public var maxBackoff: Duration
    /// How often the backoff doubles before it grows by equal steps.
    public var maxDoublings: Int
    /// No attempt begins later than this after the first one; zero for no limit.
    public var maxRetryDuration: Duration

    /// The longest that any of the durations may be.
    static let longest = Duration.seconds(30 * 86_400)

    /// A retry config; the defaults are Cloud Scheduler's, without retries.
    public init(
        retryCount: Int = 0, minBackoff: Duration = .seconds(5), maxBackoff: Duration = .seconds(3600),
        maxDoublings: Int = 5, maxRetryDuration: Duration = .zero
    ) {
        self.retryCount = retryCount
        self.minBackoff = minBackoff
        self.maxBackoff = maxBackoff
        self.maxDoublings = maxDoublings
        self.maxRetryDuration = maxRetryDuration
    }

    /// How long to wait before a retry, counted from 1: with 10 s, 300 s and 3 doublings 10, 20, 40, 80, 160, 240, 300.
    func backoff(before retry: Int) -> Duration {
        let doublings = min(retry - 1, maxDoublings)
        let steps = max(1, retry - maxDoublings)
        return min(minBackoff * (1 << doublings) * steps, maxBackoff)
    }

    /// How long to wait when some attempts have failed, since the first of which some time has passed; nil when no
    /// other is made.
    func backoff(afterAttempts attempts: Int, elapsed: Duration) -> Duration? {
        guard attempts <= retryCount else { return nil }
        let backoff = backoff(before: attempts)
        return maxRetryDuration > .zero && elapsed + backoff > maxRetryDuration ? nil : backoff
    }

    func validate() throws(SchedulingError) {
        guard (0...5).contains(retryCount) else { throw Self.refuse("retryCount is 0 to 5") }
        guard (0...1000).contains(maxDoublings) else { throw Self.refuse("maxDoublings is 0 to 1000") }
        let limit = Self.longest
        guard minBackoff >= .zero, minBackoff <= maxBackoff, maxBackoff <= limit else {
            throw Self.refuse("minBackoffDuration is at most maxBackoffDuration, and that at most 30 days")
        }
        guard maxRetryDuration >= .zero, maxRetryDuration <= limit else {
            throw Self.refuse("maxRetryDuration is 0 (no limit) to 30 days")
        }
    }

    private static func refuse(_ reason: String) -> SchedulingError { SchedulingError(.invalidJob, reason) }
}
