/// A series that the history knows.
public struct MetricSeriesInfo: Sendable, Hashable {
    /// The metric's name.
    public let name: String
    /// The metric's kind.
    public let kind: MetricKind
    /// The labels, sorted by name.
    public let labels: [MetricLabel]
    /// The labels as the exposition, and a selector, has them.
    public let labelText: String
    /// When it was last sampled, in microseconds since 1970.
    public let lastSeen: Int64
}
