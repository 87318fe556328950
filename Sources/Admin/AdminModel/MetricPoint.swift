/// One bucket of a series' history.
public struct MetricPoint: Codable, Sendable, Hashable {
    /// When the bucket begins, RFC 3339.
    public let time: String
    /// What was asked for: a gauge's mean, a counter's value, a rate, a quantile; nil where there is none.
    public let value: Double?
    /// A gauge's least value.
    public let min: Double?
    /// A gauge's greatest value.
    public let max: Double?
    /// The sum of a gauge's samples, or of a histogram's values; what a counter rose by.
    public let sum: Double?
    /// How many samples a gauge's bucket has, or values a histogram's.
    public let count: Double?

    /// Creates a point.
    public init(time: String, value: Double?, min: Double?, max: Double?, sum: Double?, count: Double?) {
        self.time = time
        self.value = value
        self.min = min
        self.max = max
        self.sum = sum
        self.count = count
    }
}

/// The history of one series.
public struct MetricSeries: Codable, Sendable, Hashable {
    /// The metric's name.
    public let name: String
    /// `counter`, `gauge` or `histogram`.
    public let kind: String
    /// The labels; none where series were merged.
    public let labels: [String: String]
    /// The buckets of which something is known, the oldest first.
    public let points: [MetricPoint]

    /// Creates a history.
    public init(name: String, kind: String, labels: [String: String], points: [MetricPoint]) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.points = points
    }
}

/// The answer of `GET /admin/v1/metrics:query`.
public struct MetricAnswer: Codable, Sendable, Hashable {
    /// When the first bucket begins, RFC 3339.
    public let start: String
    /// The end, RFC 3339.
    public let end: String
    /// The width of a bucket in seconds.
    public let stepSeconds: Double
    /// The width of a bucket of the tier that was read, in seconds.
    public let tierSeconds: Double
    /// The series, sorted by name and labels.
    public let series: [MetricSeries]

    /// Creates an answer.
    public init(start: String, end: String, stepSeconds: Double, tierSeconds: Double, series: [MetricSeries]) {
        self.start = start
        self.end = end
        self.stepSeconds = stepSeconds
        self.tierSeconds = tierSeconds
        self.series = series
    }
}
