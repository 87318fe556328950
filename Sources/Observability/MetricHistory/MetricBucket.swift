/// What a series did in one span of time. Two buckets of a series merge into that of both spans, losing nothing that a
/// bucket can tell: a quantile or a rate over a merged bucket is that over the whole span.
struct MetricBucket: Sendable, Equatable {
    /// What was measured, by the kind of metric.
    enum Content: Sendable, Equatable {
        case gauge(min: Double, max: Double, sum: Double)
        /// How much the counter rose, over resets; and its value at the end.
        case counter(increase: Double, last: Double)
        /// How many values fell into each of the histogram's own buckets, empty for none at all; and their sum.
        case histogram(counts: [UInt64], sum: Double)
    }

    /// How often the series was sampled.
    var samples: Int
    /// The time over which a counter or histogram rose by this, in microseconds: from the sample before the bucket's
    /// first to its last. 0 for a gauge.
    var covered: Int64
    var content: Content

    /// Adds what came later.
    mutating func merge(_ later: MetricBucket) {
        switch (content, later.content) {
        case (.gauge(let min, let max, let sum), .gauge(let laterMin, let laterMax, let laterSum)):
            content = .gauge(min: Swift.min(min, laterMin), max: Swift.max(max, laterMax), sum: sum + laterSum)
        case (.counter(let increase, _), .counter(let laterIncrease, let last)):
            content = .counter(increase: (increase + laterIncrease).withoutNoise, last: last)
        case (.histogram(let counts, let sum), .histogram(let laterCounts, let laterSum)):
            content = .histogram(
                counts: MetricBucket.sum(counts, laterCounts), sum: (sum + laterSum).withoutNoise)
        default: return
        }
        // A file that is damaged may hold anything; it must not end the process.
        samples &+= later.samples
        covered &+= later.covered
    }

    /// Adds up bucket by bucket; an empty list is all zeros.
    static func sum(_ first: [UInt64], _ second: [UInt64]) -> [UInt64] {
        if first.isEmpty { return second }
        if second.isEmpty { return first }
        return zip(first, second).map { $0 &+ $1 }
    }
}

extension Double {
    /// The value at a billionth's precision: differences of decimals such as 12.37 - 12.34 become decimals again,
    /// which take two bytes instead of nine.
    var withoutNoise: Double {
        let scaled = (self * 1e9).rounded()
        return abs(scaled) < 9_007_199_254_740_992 ? scaled / 1e9 : self
    }
}
