import Instruments

/// Every series that the history knows, and what each counted when it was last sampled.
struct SeriesBook: Sendable {
    /// What a counter or histogram held at the last sample of this process.
    private enum Total {
        case counter(Double)
        case histogram(counts: [UInt64], sum: Double)
    }

    let maxSeries: Int
    private(set) var keys: [SeriesKey] = []
    /// When each series was last sampled, in microseconds since 1970.
    private(set) var lastSeen: [Int64] = []
    /// Series that were summed up in one called `_other`, so far.
    private(set) var folded: Set<SeriesKey> = []
    private var numbers: [SeriesKey: Int] = [:]
    private var totals: [Int: Total] = [:]
    private var labelled = 0

    init(maxSeries: Int) {
        self.maxSeries = maxSeries
    }

    /// The number of a series, entered if it is new.
    mutating func number(of key: SeriesKey, seen: Int64) -> Int {
        if let number = numbers[key] {
            lastSeen[number] = max(seen, lastSeen[number])
            return number
        }
        numbers[key] = keys.count
        keys.append(key)
        lastSeen.append(seen)
        if !key.labels.isEmpty { labelled += 1 }
        return keys.count - 1
    }

    /// Takes the samples of one instant, and gives for each series what it did since the last one.
    ///
    /// - Parameters:
    ///   - time: microseconds since 1970.
    ///   - covered: microseconds since the last instant, or since the start of the process.
    mutating func observe(
        _ samples: [MetricSample], at time: Int64, covered: Int64
    ) -> [(series: Int, bucket: MetricBucket)] {
        let keyed = samples.map { (key: SeriesKey($0), value: $0.value) }.sorted { $0.key.precedes($1.key) }
        var others: [SeriesKey: MetricSample.Value] = [:]
        var buckets: [(Int, MetricBucket)] = []
        for (key, value) in keyed {
            if isTooMuch(key) {
                folded.insert(key)
                let other = key.other
                others[other] = others[other].map { Self.sum($0, value) } ?? value
            } else if let bucket = observe(key, value, at: time, covered: covered) {
                buckets.append(bucket)
            }
        }
        return buckets + others.compactMap { observe($0.key, $0.value, at: time, covered: covered) }
    }

    /// Series without labels are as many as the code has metrics; only labels can grow without end.
    private func isTooMuch(_ key: SeriesKey) -> Bool {
        !key.labels.isEmpty && labelled >= maxSeries && numbers[key] == nil
    }

    private mutating func observe(
        _ key: SeriesKey, _ value: MetricSample.Value, at time: Int64, covered: Int64
    ) -> (Int, MetricBucket)? {
        switch value {
        case .gauge(let value):
            guard value.isFinite else { return nil }
            let content = MetricBucket.Content.gauge(min: value, max: value, sum: value)
            return (number(of: key, seen: time), MetricBucket(samples: 1, covered: 0, content: content))
        case .counter(let value):
            guard value.isFinite else { return nil }
            let series = number(of: key, seen: time)
            // A series that is new, or was reset, counted from zero.
            var increase = value
            if case .counter(let before)? = totals[series], value >= before { increase = value - before }
            totals[series] = .counter(value)
            let content = MetricBucket.Content.counter(increase: increase.withoutNoise, last: value)
            return (series, MetricBucket(samples: 1, covered: covered, content: content))
        case .histogram(_, let counts, let sum):
            let series = number(of: key, seen: time)
            var (newCounts, newSum) = (counts, sum)
            if case .histogram(let before, let sumBefore)? = totals[series],
                zip(counts, before).allSatisfy({ $0 >= $1 })
            {
                newCounts = zip(counts, before).map { $0 - $1 }
                newSum = sum - sumBefore
            }
            totals[series] = .histogram(counts: counts, sum: sum)
            if newCounts.allSatisfy({ $0 == 0 }) { newCounts = [] }
            let content = MetricBucket.Content.histogram(counts: newCounts, sum: newSum.withoutNoise)
            return (series, MetricBucket(samples: 1, covered: covered, content: content))
        }
    }

    private static func sum(_ first: MetricSample.Value, _ second: MetricSample.Value) -> MetricSample.Value {
        switch (first, second) {
        case (.counter(let first), .counter(let second)): .counter(first + second)
        case (.gauge(let first), .gauge(let second)): .gauge(first + second)
        case (.histogram(let bounds, let first, let sum), .histogram(_, let second, let secondSum)):
            .histogram(bounds: bounds, counts: MetricBucket.sum(first, second), sum: sum + secondSum)
        default: first
        }
    }
}
