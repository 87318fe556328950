import CoreMetrics
import MetricDescribing
import Synchronization

/// The metrics of the request log, brought up to date with each batch rather than with each request.
final class RequestLogMetrics: Sendable {
    private let served: Counter
    private let stored: Counter
    private let sampledOut: Counter
    private let dropped: [DropReason: Counter]
    private let buffered: Gauge
    private let told = Mutex(RequestLogCounters())

    init(factory: any MetricsFactory) {
        factory.describe("trivet_request_log_served_total", help: "Requests that were served and handed to the log.")
        factory.describe("trivet_request_log_stored_total", help: "Request records in the file.")
        factory.describe("trivet_request_log_sampled_out_total", help: "Records left out by request_log.sample.")
        factory.describe("trivet_request_log_dropped_total", help: "Records that were lost, by reason.")
        factory.describe("trivet_request_log_buffer_records", help: "Records that waited when the last batch began.")
        served = Counter(label: "trivet_request_log_served_total", factory: factory)
        stored = Counter(label: "trivet_request_log_stored_total", factory: factory)
        sampledOut = Counter(label: "trivet_request_log_sampled_out_total", factory: factory)
        dropped = Dictionary(
            uniqueKeysWithValues: DropReason.allCases.map { reason in
                (
                    reason,
                    Counter(
                        label: "trivet_request_log_dropped_total", dimensions: [("reason", reason.rawValue)],
                        factory: factory)
                )
            })
        buffered = Gauge(label: "trivet_request_log_buffer_records", factory: factory)
        buffered.record(0)
        served.increment(by: 0)
        stored.increment(by: 0)
        sampledOut.increment(by: 0)
        for counter in dropped.values { counter.increment(by: 0) }
    }

    func waiting(_ count: Int) {
        buffered.record(count)
    }

    /// Adds what is new. A record that waits is not served yet for the metrics, so that the sum holds at each scrape.
    func update(_ counters: RequestLogCounters) {
        told.withLock { told in
            let settled = { (counters: RequestLogCounters) in counters.served - counters.buffered }
            served.increment(by: settled(counters) - settled(told))
            stored.increment(by: counters.stored - told.stored)
            sampledOut.increment(by: counters.sampledOut - told.sampledOut)
            for (reason, counter) in dropped {
                counter.increment(by: (counters.dropped[reason] ?? 0) - (told.dropped[reason] ?? 0))
            }
            told = counters
        }
    }
}
