import CoreMetrics
import MetricDescribing

/// What the history tells of itself.
struct HistoryMetrics: Sendable {
    private let series: Meter
    private let size: Meter
    private let lost: Counter

    init(_ factory: any MetricsFactory) {
        factory.describe("trivet_metric_history_series", help: "Series that the metric history keeps.")
        factory.describe(
            "trivet_metric_history_size_bytes", help: "Bytes that the metric history takes in telemetry.db.")
        factory.describe(
            "trivet_metric_history_lost_buckets_total",
            help: "Buckets of the history that are lost because telemetry.db did not take them.")
        series = Meter(label: "trivet_metric_history_series", factory: factory)
        size = Meter(label: "trivet_metric_history_size_bytes", factory: factory)
        lost = Counter(label: "trivet_metric_history_lost_buckets_total", factory: factory)
    }

    func sampled(series count: Int) { series.set(count) }

    func written(bytes: Int) { size.set(bytes) }
    func lost(buckets: Int) { lost.increment(by: buckets) }
}
