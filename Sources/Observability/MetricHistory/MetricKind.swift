/// What kind of metric a series is of.
public enum MetricKind: String, Sendable, Hashable, CaseIterable {
    case counter, gauge, histogram
}
