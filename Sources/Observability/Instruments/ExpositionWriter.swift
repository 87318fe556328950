/// Writes metric families in one of the exposition's forms.
///
/// OpenMetrics differs from the text form by more than its end: a counter's family is named without `_total`, units
/// have a line, help texts escape quotes too, and bounds of buckets are written as floats (`1.0`), as Go's client does.
/// Of `_created` nothing is said: most servers would store it as one more series for each counter and histogram, and
/// `process_start_time_seconds` tells the same of all of them.
struct ExpositionWriter {
    let format: ExpositionFormat
    private(set) var bytes: [UInt8] = []

    init(_ format: ExpositionFormat) {
        self.format = format
    }

    /// Appends a family: what it is, and its samples in the order of their labels. One without series says nothing.
    mutating func write(_ family: MetricFamily, help: String) {
        guard !family.series.isEmpty else { return }
        switch format {
        case .text: writeTextHead(family, help)
        case .openMetrics: writeOpenMetricsHead(family, help)
        }
        let counterName = format == .text ? family.name : family.openMetricsName + "_total"
        for (labels, series) in family.series.sorted(by: { $0.key.precedes($1.key) }) {
            switch series.instrument {
            case .counter(let counter): sample(counterName, labels.text, counter.value)
            case .gauge(let gauge): sample(family.name, labels.text, gauge.value)
            case .histogram(let histogram): write(histogram, family.name, labels.text)
            }
        }
    }

    /// Appends what ends the whole.
    mutating func end() {
        if format == .openMetrics { bytes += "# EOF\n".utf8 }
    }

    private mutating func writeTextHead(_ family: MetricFamily, _ help: String) {
        bytes += "# HELP \(family.name) ".utf8
        MetricLabels.escape(help.utf8, quotes: false, into: &bytes)
        bytes += "\n# TYPE \(family.name) \(family.kind.rawValue)\n".utf8
    }

    private mutating func writeOpenMetricsHead(_ family: MetricFamily, _ help: String) {
        let name = family.openMetricsName
        bytes += "# TYPE \(name) \(family.kind.rawValue)\n".utf8
        if let unit = family.unit { bytes += "# UNIT \(name) \(unit)\n".utf8 }
        bytes += "# HELP \(name) ".utf8
        MetricLabels.escape(help.utf8, quotes: true, into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func write(_ histogram: HistogramInstrument, _ name: String, _ labels: [UInt8]) {
        let snapshot = histogram.snapshot
        let bounds = histogram.bounds + [Double.infinity]
        var count: UInt64 = 0
        for (bound, inBucket) in zip(bounds, snapshot.counts) {
            count += inBucket
            let comma = labels.isEmpty ? "" : ","
            let text = format == .text ? Self.number(bound) : Self.float(bound)
            sample(name + "_bucket", labels + "\(comma)le=\"\(text)\"".utf8, Double(count))
        }
        // OpenMetrics allows no sum where values may be negative, and no count without a sum.
        if format == .openMetrics, let first = bounds.first, first < 0 { return }
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

    /// A number as Go prints it (`%g`), with `.0` where neither a point nor an exponent tells that it is a float:
    /// OpenMetrics' canonical form, in which two programs write the same bound alike.
    static func float(_ value: Double) -> String {
        let plain = "\(value)"
        guard value.isFinite else { return number(value) }
        // Swift turns to exponents only at 2^54, Go at a million.
        guard value.magnitude >= 1_000_000, !plain.utf8.contains(UInt8(ascii: "e")) else { return plain }
        let parts = plain.drop { $0 == "-" }.split(separator: ".")
        let whole = parts.first ?? ""
        let digits = (parts.joined().reversed().drop { $0 == "0" }).reversed()
        let exponent = whole.utf8.count - 1
        let fraction = String(digits.dropFirst())
        return (value < 0 ? "-" : "") + String(digits.prefix(1)) + (fraction.isEmpty ? "" : "." + fraction)
            + "e+" + (exponent < 10 ? "0" : "") + "\(exponent)"
    }
}
