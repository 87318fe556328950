/// Makes the points of an answer from buckets.
struct PointMaker: Sendable {
    let function: MetricQuery.Function

    /// Why the function cannot be had from a metric of this kind; nil where it can.
    func refusal(_ kind: MetricKind) -> String? {
        switch (function, kind) {
        case (.rate, .gauge): "is a gauge: it has no rate"
        case (.quantile, .gauge), (.quantile, .counter): "is a \(kind.rawValue): only histograms have quantiles"
        default: nil
        }
    }

    func point(_ bucket: MetricBucket, at time: Int64, bounds: [Double]) -> MetricQueryResult.Point {
        let seconds = Double(bucket.covered) / 1e6
        switch bucket.content {
        case .gauge(let min, let max, let sum):
            return MetricQueryResult.Point(
                time: time, value: sum / Double(bucket.samples), min: min, max: max, sum: sum,
                count: Double(bucket.samples))
        case .counter(let increase, let last):
            let value = function == .rate ? seconds > 0 ? increase / seconds : nil : last
            return MetricQueryResult.Point(time: time, value: value, sum: increase)
        case .histogram(let counts, let sum):
            let count = counts.reduce(0) { $0 + Double($1) }
            let value: Double? =
                switch function {
                case .value: count > 0 ? sum / count : nil
                case .rate: seconds > 0 ? count / seconds : nil
                case .quantile(let share): QuantileEstimate.quantile(share, counts: counts, bounds: bounds)
                }
            return MetricQueryResult.Point(time: time, value: value, sum: sum, count: count)
        }
    }
}

extension MetricBucket {
    /// Adds the same span of another series.
    mutating func mergeAcross(_ other: MetricBucket) {
        let (ownCovered, ownSamples) = (covered, samples)
        switch (content, other.content) {
        case (.counter(let increase, let last), .counter(let otherIncrease, let otherLast)):
            content = .counter(increase: increase + otherIncrease, last: last + otherLast)
        default: merge(other)
        }
        covered = max(ownCovered, other.covered)
        if case .gauge = content { return }
        samples = max(ownSamples, other.samples)
    }
}
