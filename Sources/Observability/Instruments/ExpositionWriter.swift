/// Writes metric families in Prometheus' text form, version 0.0.4.
struct ExpositionWriter {
    private(set) var bytes: [UInt8] = []

    /// Appends a family: HELP, TYPE, and its samples in the order of their labels.
    mutating func write(_ family: MetricFamily, help: String) {
        bytes += "# HELP \(family.name) ".utf8
        MetricLabels.escape(help.utf8, quotes: false, into: &bytes)
        bytes += "\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
        for (labels, instrument) in family.series.sorted(by: { $0.key.precedes($1.key) }) {
            switch instrument {
            case .counter(let counter): sample(family.name, labels.text, counter.value)
            case .gauge(let gauge): sample(family.name, labels.text, gauge.value)
            case .histogram(let histogram): write(histogram, family.name, labels.text)
            }
        }
    }

    private mutating func write(_ histogram: HistogramInstrument, _ name: String, _ labels: [UInt8]) {
        let snapshot = histogram.snapshot
        let bounds = histogram.bounds + [Double.infinity]
        var count: UInt64 = 0
        for (bound, inBucket) in zip(bounds, snapshot.counts) {
            count += inBucket
            let comma = labels.isEmpty ? "" : ","
            sample(name + "_bucket", labels + "\(comma)le=\"\(Self.number(bound))\"".utf8, Double(count))
        }
        sample(name + "_sum", labels, snapshot.sum)
        sample(name + "_count", labels, Double(count))
    }

    private mutating func sample(_ name: String, _ labels: [UInt8], _ value: Double) {
        bytes += name.utf8
        if !labels.isEmpty {
            bytes.append(UInt8(ascii: "{"))
            bytes += labels
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        bytes += Self.number(value).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    /// A number as Go's ParseFloat, and so Prometheus, reads it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return "\(value)"
    }
}
