/// What to read from the history.
public struct MetricQuery: Sendable, Hashable {
    /// What to make of each bucket.
    public enum Function: Sendable, Hashable {
        /// A gauge's mean (with least and greatest), a counter's value at the end, a histogram's mean.
        case value
        /// What a counter, or the count of a histogram, rose by in a second, over resets.
        case rate
        /// The value below which this share (0 to 1) of a histogram's values lies.
        case quantile(Double)
    }

    /// Which series.
    public var selector: MetricSelector
    /// What to make of them.
    public var function: Function
    /// Microseconds since 1970: the beginning, which is moved to the beginning of its bucket.
    public var since: Int64
    /// Microseconds since 1970: the end, which is not in it any more.
    public var until: Int64
    /// The width of a bucket; nil for one that gives about 120 of them.
    public var step: Duration?
    /// Whether all the series that are selected become one.
    public var merge: Bool

    /// A query.
    public init(
        _ selector: MetricSelector, function: Function = .value, since: Int64, until: Int64, step: Duration? = nil,
        merge: Bool = false
    ) {
        self.selector = selector
        self.function = function
        self.since = since
        self.until = until
        self.step = step
        self.merge = merge
    }
}
