/// A series that the metric history keeps.
public struct MetricInfo: Codable, Sendable, Hashable {
    /// The metric's name.
    public let name: String
    /// `counter`, `gauge` or `histogram`.
    public let kind: String
    /// The labels.
    public let labels: [String: String]
    /// What selects just this series: `NAME{label="value",…}`.
    public let selector: String
    /// When it was last sampled, RFC 3339.
    public let lastTime: String

    /// Creates a series.
    public init(name: String, kind: String, labels: [String: String], selector: String, lastTime: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.selector = selector
        self.lastTime = lastTime
    }
}

/// The answer of `GET /admin/v1/metrics`.
public struct MetricList: Codable, Sendable, Hashable {
    /// The series, sorted by name and labels.
    public let metrics: [MetricInfo]

    /// Creates a list.
    public init(metrics: [MetricInfo]) {
        self.metrics = metrics
    }
}
