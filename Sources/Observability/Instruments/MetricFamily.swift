/// All the series of one metric name.
struct MetricFamily {
    /// What kind of metric it is, named as the exposition's TYPE line has it.
    enum Kind: String {
        case counter, gauge, histogram
    }

    /// The instrument of one series.
    enum Instrument {
        case counter(CounterInstrument)
        case gauge(GaugeInstrument)
        case histogram(HistogramInstrument)

        /// Tells instruments apart.
        var identity: ObjectIdentifier {
            switch self {
            case .counter(let counter): ObjectIdentifier(counter)
            case .gauge(let gauge): ObjectIdentifier(gauge)
            case .histogram(let histogram): ObjectIdentifier(histogram)
            }
        }
    }

    /// An instrument, and how many handles for it were made and not destroyed.
    struct Series {
        let instrument: Instrument
        var handles = 0
    }

    let name: String
    let kind: Kind
    /// The buckets' bounds of a histogram, the same for all its series, else they could not be summed.
    let bounds: [Double]
    var series: [MetricLabels: Series] = [:]
    /// How many of the series count against the bounds on their number.
    var countedSeries = 0

    init(name: String, kind: Kind, bounds: [Double]) {
        self.name = name
        self.kind = kind
        self.bounds = bounds
    }

    /// The name under which OpenMetrics has the family: a counter's samples have `_total`, the family does not.
    var openMetricsName: String {
        kind == .counter && name.utf8.reversed().starts(with: "_total".utf8.reversed())
            ? String(name.dropLast("_total".count)) : name
    }

    /// The base unit at the end of the name.
    var unit: String? {
        let units = ["seconds", "bytes", "ratio", "celsius", "meters", "volts", "amperes", "joules", "grams"]
        let name = openMetricsName
        return units.first { name.utf8.reversed().starts(with: "_\($0)".utf8.reversed()) }
    }

    /// The names that the family takes in either form of the exposition.
    var sampleNames: Set<String> {
        let base = openMetricsName
        let suffixes =
            switch kind {
            case .counter: ["", "_total", "_created"]
            case .gauge: [""]
            case .histogram: ["", "_bucket", "_sum", "_count", "_created"]
            }
        return Set([name] + suffixes.map { base + $0 })
    }

    /// A new instrument of the family's kind.
    func makeInstrument() -> Instrument {
        switch kind {
        case .counter: .counter(CounterInstrument())
        case .gauge: .gauge(GaugeInstrument())
        case .histogram: .histogram(HistogramInstrument(bounds: bounds))
        }
    }
}
