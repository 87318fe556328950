import CoreMetrics
import MetricDescribing

/// What the history tells of itself.
struct HistoryMetrics: Sendable {
    private let series: Meter
    private let size: Meter
    private let folded: Counter
    private let lost: Counter

    init(_ factory: any MetricsFactory) {
        factory.describe("trivet_metric_history_series", help: "Series that the metric history keeps.")
        factory.describe(
            "trivet_metric_history_size_bytes", help: "Bytes that the metric history takes in telemetry.db.")
        factory.describe(
            "trivet_metric_history_folded_series_total",
            help: "Series that the history sums up in _other, since metric_history.max_series are kept already.")
        factory.describe(
            "trivet_metric_history_lost_buckets_total",
            help: "Buckets of the history that are lost because telemetry.db did not take them.")
        series = Meter(label: "trivet_metric_history_series", factory: factory)
        size = Meter(label: "trivet_metric_history_size_bytes", factory: factory)
        folded = Counter(label: "trivet_metric_history_folded_series_total", factory: factory)
        lost = Counter(label: "trivet_metric_history_lost_buckets_total", factory: factory)
    }

    func sampled(series count: Int, newlyFolded: Int) {
        series.set(count)
        folded.increment(by: newlyFolded)
    }

    func written(bytes: Int) { size.set(bytes) }
    func lost(buckets: Int) { lost.increment(by: buckets) }
}
