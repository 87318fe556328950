/// The settings of the metric history, `metric_history` in the file.
public struct MetricHistorySettings: Sendable, Hashable {
    /// How often every series is sampled.
    public var interval: Duration
    /// The resolutions that are kept, the finest first; none: no history is kept.
    public var tiers: [MetricTier]
    /// The size in bytes that the history may take on disk; the oldest goes first.
    public var maxSize: Int

    /// The metric history's settings; without arguments, the defaults.
    public init(
        interval: Duration = .seconds(10), tiers: [MetricTier] = MetricHistorySettings.defaultTiers,
        maxSize: Int = 256 << 20
    ) {
        self.interval = interval
        self.tiers = tiers
        self.maxSize = maxSize
    }

    /// Ten seconds for two days, a minute for two weeks, ten minutes for a year.
    public static let defaultTiers = [
        MetricTier(step: .seconds(10), retention: .seconds(2 * 86_400)),
        MetricTier(step: .seconds(60), retention: .seconds(14 * 86_400)),
        MetricTier(step: .seconds(600), retention: .seconds(365 * 86_400)),
    ]
}
