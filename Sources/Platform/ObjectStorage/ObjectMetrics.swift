import CoreMetrics
import MetricDescribing

/// Counts what the object storage does.
struct ObjectMetrics: Sendable {
    let stored: Counter
    let deleted: Counter
    let received: Counter
    let sent: Counter
    let events: Counter
    let swept: Counter

    init(_ factory: any MetricsFactory) {
        func counter(_ name: String, _ help: String) -> Counter {
            factory.describe(name, help: help)
            let counter = Counter(label: name, dimensions: [], factory: factory)
            counter.increment(by: 0)
            return counter
        }
        stored = counter("trivet_storage_objects_stored_total", "Objects that were stored, copies included.")
        deleted = counter(
            "trivet_storage_objects_deleted_total", "Objects that were deleted, not counting those stored anew.")
        received = counter("trivet_storage_received_bytes_total", "Bytes of objects that were uploaded.")
        sent = counter("trivet_storage_sent_bytes_total", "Bytes of objects that were downloaded.")
        events = counter("trivet_storage_event_messages_total", "Messages published about changes of objects.")
        swept = counter("trivet_storage_swept_files_total", "Files without an object that were removed.")
    }
}
