/// The forms in which the metrics can be written.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus' text form, version 0.0.4, which everything reads.
    case text
    /// OpenMetrics 1.0, which also tells units and where the answer ends.
    case openMetrics

    /// The Content-Type of an answer in this form.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
