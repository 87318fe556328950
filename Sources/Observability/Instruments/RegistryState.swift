/// What a registry knows: families and their series, within their bounds. The registry holds it under its lock.
struct RegistryState {
    struct Description {
        var help: String
        var buckets: [Double]?
    }

    /// Counts the handles that were asked for and went to `_other`.
    static let foldedName = "trivet_metrics_series_folded_total"

    private(set) var families: [String: MetricFamily] = [:]
    private(set) var rejections: [MetricRejection] = []
    var descriptions: [String: Description] = [:]
    var collectors: [@Sendable (MetricRegistry) -> Void] = []
    /// Bounds on the series of single metrics.
    var bounds: [String: Int] = [:]
    private let mostSeriesPerMetric: Int
    private let mostSeries: Int
    private var countedSeries = 0
    /// Sample names of all families, each with the family that has it.
    private var sampleNames: [String: String] = [:]
    /// Which series an instrument is of.
    private var owners: [ObjectIdentifier: (name: String, labels: MetricLabels)] = [:]

    init(mostSeriesPerMetric: Int, mostSeries: Int) {
        self.mostSeriesPerMetric = mostSeriesPerMetric
        self.mostSeries = mostSeries
    }

    /// Finds or makes an instrument: that of `_other` when the series would be one too many; nil if it is rejected.
    mutating func instrument(
        _ kind: MetricFamily.Kind, _ name: String, _ dimensions: [(String, String)], forHandle: Bool
    ) -> MetricFamily.Instrument? {
        do throws(MetricRejection) {
            let labels = try MetricLabels(dimensions, reserved: kind == .histogram ? "le" : nil)
            try ensureFamily(kind, name)
            guard hasRoom(for: labels, in: name) else {
                countFolded(name)
                return instrument(of: labels.other, in: name, forHandle: forHandle)
            }
            return instrument(of: labels, in: name, forHandle: forHandle)
        } catch {
            reject(name, error)
            return nil
        }
    }

    /// Takes one handle for an instrument back; with the last one the series goes.
    mutating func release(_ instrument: ObjectIdentifier) {
        guard let (name, labels) = owners[instrument], let handles = families[name]?.series[labels]?.handles else {
            return
        }
        guard handles <= 1 else {
            families[name]?.series[labels]?.handles = handles - 1
            return
        }
        families[name]?.series[labels] = nil
        owners[instrument] = nil
        guard labels.isCounted else { return }
        families[name]?.countedSeries -= 1
        countedSeries -= 1
    }

    mutating func reject(_ name: String, _ rejection: MetricRejection) {
        var rejection = rejection
        rejection.name = name
        if rejections.count < 100 { rejections.append(rejection) }
    }

    private func hasRoom(for labels: MetricLabels, in name: String) -> Bool {
        guard labels.isCounted, let family = families[name], family.series[labels] == nil else { return true }
        // How many metrics are folded is bounded by how many there are: that is told of every one.
        if name == Self.foldedName { return true }
        return family.countedSeries < (bounds[name] ?? mostSeriesPerMetric) && countedSeries < mostSeries
    }

    private mutating func instrument(
        of labels: MetricLabels, in name: String, forHandle: Bool
    ) -> MetricFamily.Instrument? {
        if families[name]?.series[labels] == nil, let new = families[name]?.makeInstrument() {
            families[name]?.series[labels] = MetricFamily.Series(instrument: new)
            owners[new.identity] = (name, labels)
            if labels.isCounted {
                families[name]?.countedSeries += 1
                countedSeries += 1
            }
        }
        if forHandle { families[name]?.series[labels]?.handles += 1 }
        return families[name]?.series[labels]?.instrument
    }

    private mutating func countFolded(_ name: String) {
        let counter = instrument(.counter, Self.foldedName, [("metric", name)], forHandle: true)
        if case .counter(let counter)? = counter { counter.increment(by: Int64(1)) }
    }

    /// Makes the family `name` of this kind if it is new.
    private mutating func ensureFamily(_ kind: MetricFamily.Kind, _ name: String) throws(MetricRejection) {
        if let known = families[name] {
            guard known.kind == kind else { throw MetricRejection(reason: "it is a \(known.kind) already") }
            return
        }
        guard MetricLabels.isMetricName(name) else { throw MetricRejection(reason: "the name is not valid") }
        let bounds = kind == .histogram ? descriptions[name]?.buckets ?? MetricBuckets.standard(for: name) : []
        let family = MetricFamily(name: name, kind: kind, bounds: bounds)
        try claim(family)
        families[name] = family
    }

    /// Takes the sample names of a new family, so that no `x_count` appears beside a histogram `x`.
    private mutating func claim(_ family: MetricFamily) throws(MetricRejection) {
        for sample in family.sampleNames.sorted() {
            if let other = sampleNames[sample] {
                throw MetricRejection(reason: "its samples are named \(sample), like those of \(other)")
            }
        }
        for sample in family.sampleNames { sampleNames[sample] = family.name }
    }
}
