/// What one series held at one instant.
public struct MetricSample: Sendable, Hashable {
    /// A series' value, by the kind of its metric.
    public enum Value: Sendable, Hashable {
        /// The total since the process started.
        case counter(Double)
        case gauge(Double)
        /// The buckets' upper bounds without +Inf; the values in each bucket alone since the process started, of which
        /// the last is what exceeds every bound; and the sum of the values.
        case histogram(bounds: [Double], counts: [UInt64], sum: Double)
    }

    /// The metric's name.
    public let name: String
    /// The labels as they stand between the exposition's braces, escaped and sorted; empty without labels.
    public let labels: String
    /// The value.
    public let value: Value

    /// A sample.
    public init(name: String, labels: String, value: Value) {
        self.name = name
        self.labels = labels
        self.value = value
    }
}

extension MetricFamily {
    /// Samples of all series of the family.
    var samples: [MetricSample] {
        series.map { labels, series in
            let value: MetricSample.Value
            switch series.instrument {
            case .counter(let counter): value = .counter(counter.value)
            case .gauge(let gauge): value = .gauge(gauge.value)
            case .histogram(let histogram):
                let snapshot = histogram.snapshot
                value = .histogram(bounds: histogram.bounds, counts: snapshot.counts, sum: snapshot.sum)
            }
            return MetricSample(name: name, labels: String(decoding: labels.text, as: UTF8.self), value: value)
        }
    }
}
