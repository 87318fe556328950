public import CoreMetrics

/// A metrics backend that keeps a help text, and for histograms the bounds of the buckets, for each metric.
///
/// swift-metrics itself has neither. The protocol stands here, below every room that measures something, so that a
/// room can describe its metrics without importing the backend.
public protocol MetricDescribing: Sendable {
    /// Sets the help text of the metric `name` and, for a histogram, the upper bounds of its buckets.
    ///
    /// Call it before the metric is first made: buckets of a histogram that exists already are not changed.
    /// - Parameters:
    ///   - name: the exposition's name, such as `trivet_request_log_dropped_total`.
    ///   - help: one sentence in plain text.
    ///   - buckets: upper bounds in the metric's base unit, ascending, without +Inf; nil for the default.
    func describe(_ name: String, help: String, buckets: [Double]?)
}

extension MetricsFactory {
    /// Gives help text and buckets to the metric `name` if the backend behind this factory keeps them; otherwise does
    /// nothing. See ``MetricDescribing/describe(_:help:buckets:)``.
    public func describe(_ name: String, help: String, buckets: [Double]? = nil) {
        (self as? any MetricDescribing)?.describe(name, help: help, buckets: buckets)
    }
}
