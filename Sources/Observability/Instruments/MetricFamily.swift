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
    }

    let name: String
    let kind: Kind
    /// The buckets' bounds of a histogram, the same for all its series, else they could not be summed.
    let bounds: [Double]
    var series: [MetricLabels: Instrument] = [:]

    /// The names under which the family's samples stand in the exposition.
    var sampleNames: [String] {
        kind == .histogram ? ["", "_bucket", "_sum", "_count"].map { name + $0 } : [name]
    }

    /// The instrument of the series with these labels, made if it is new.
    mutating func instrument(_ labels: MetricLabels) -> Instrument {
        if let known = series[labels] { return known }
        let new: Instrument =
            switch kind {
            case .counter: .counter(CounterInstrument())
            case .gauge: .gauge(GaugeInstrument())
            case .histogram: .histogram(HistogramInstrument(bounds: bounds))
            }
        series[labels] = new
        return new
    }
}
