import CoreMetrics
import MetricDescribing

/// Counts records, and those that could not be written.
struct AuditMetrics: Sendable {
    private static let records = "trivet_audit_records_total"
    private static let failures = "trivet_audit_write_failures_total"
    private static let leftOut = "trivet_audit_refusals_left_out_total"

    private let counters: [AuditRecord.Outcome: Counter]
    private let failures: Counter
    private let refusalsLeftOut: Counter

    init(_ factory: any MetricsFactory) {
        factory.describe(Self.records, help: "Changes through the admin interface, by how they ended.")
        factory.describe(Self.failures, help: "Changes whose audit record could not be written.")
        factory.describe(
            Self.leftOut,
            help: "Refused requests without an audit record of their own, since the same was refused just before.")
        counters = Dictionary(
            uniqueKeysWithValues: [AuditRecord.Outcome.ok, .denied, .failed].map { outcome in
                let dimensions = [("result", outcome.rawValue)]
                return (outcome, Counter(label: Self.records, dimensions: dimensions, factory: factory))
            })
        failures = Counter(label: Self.failures, dimensions: [], factory: factory)
        refusalsLeftOut = Counter(label: Self.leftOut, dimensions: [], factory: factory)
    }

    func ended(_ outcome: AuditRecord.Outcome) { counters[outcome]?.increment() }
    func failed() { failures.increment() }
    func leftOut() {
        ended(.denied)
        refusalsLeftOut.increment()
    }
}
