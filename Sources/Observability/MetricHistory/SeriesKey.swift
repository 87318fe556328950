import Instruments

/// What makes a series itself. A histogram whose buckets changed with a new version of the program is another series:
/// the two cannot be merged.
struct SeriesKey: Hashable, Sendable {
    let kind: MetricKind
    let name: String
    /// The labels as the exposition has them. Bytes, since `String`'s own equality folds what labels keep apart.
    let labels: [UInt8]
    let bounds: [Double]

    init(kind: MetricKind, name: String, labels: [UInt8], bounds: [Double]) {
        self.kind = kind
        self.name = name
        self.labels = labels
        self.bounds = bounds
    }

    init(_ sample: MetricSample) {
        switch sample.value {
        case .counter: self.init(kind: .counter, name: sample.name, labels: Array(sample.labels.utf8), bounds: [])
        case .gauge: self.init(kind: .gauge, name: sample.name, labels: Array(sample.labels.utf8), bounds: [])
        case .histogram(let bounds, _, _):
            self.init(kind: .histogram, name: sample.name, labels: Array(sample.labels.utf8), bounds: bounds)
        }
    }

    /// The labels, read; in a file that is damaged they may be none.
    var pairs: [MetricLabel] {
        var parser = LabelParser(labels)
        return (try? parser.pairs(until: nil)) ?? []
    }

    /// What its row takes in the file, index and all.
    var storedBytes: Int { 2 * (kind.rawValue.utf8.count + name.utf8.count + labels.count + 8 * bounds.count) + 40 }

    func precedes(_ other: SeriesKey) -> Bool {
        if name != other.name { return name < other.name }
        return labels.lexicographicallyPrecedes(other.labels)
    }
}
