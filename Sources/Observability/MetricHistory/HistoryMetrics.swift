import CoreMetrics
import MetricDescribing

/// What the history tells of itself.
struct HistoryMetrics: Sendable {
    private let series: Meter
    private let size: Meter
    private let lastWrite: Meter
    private let lost: Counter

    init(_ factory: any MetricsFactory) {
        factory.describe("trivet_metric_history_series", help: "Series that the metric history keeps.")
        factory.describe(
            "trivet_metric_history_size_bytes", help: "Bytes that the metric history takes in telemetry.db.")
        factory.describe(
            "trivet_metric_history_lost_buckets_total",
            help: "Buckets of the history that are lost because telemetry.db did not take them.")
        factory.describe(
            "trivet_metric_history_last_write_timestamp_seconds",
            help: "When the history last wrote all that was sampled by then.")
        series = Meter(label: "trivet_metric_history_series", factory: factory)
        size = Meter(label: "trivet_metric_history_size_bytes", factory: factory)
        lastWrite = Meter(label: "trivet_metric_history_last_write_timestamp_seconds", factory: factory)
        lost = Counter(label: "trivet_metric_history_lost_buckets_total", factory: factory)
    }

    func sampled(series count: Int) { series.set(count) }

    /// - Parameter time: when the write began, in microseconds since 1970: what was sampled until then is in the file.
    func written(bytes: Int, at time: Int64) {
        size.set(bytes)
        lastWrite.set(Double(time) / 1e6)
    }

    func lost(buckets: Int) { lost.increment(by: buckets) }
}
