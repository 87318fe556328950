import Instruments

/// Every series that the history knows, and what each counted when it was last sampled.
struct SeriesBook: Sendable {
    struct Entry: Sendable {
        let key: SeriesKey
        /// When it was last sampled, in microseconds since 1970.
        var lastSeen: Int64
    }

    /// What a series held at the last sample of this process.
    private enum Total {
        case gauge
        case counter(Double)
        case histogram(counts: [UInt64], sum: Double)
    }

    /// The series by their numbers, which are given in order and never again.
    private(set) var entries: [Int: Entry] = [:]
    private var numbers: [SeriesKey: Int] = [:]
    /// The series of the last sample. What is not in it was taken out of the registry: when it comes back, it counts
    /// from zero.
    private var totals: [Int: Total] = [:]
    private var next = 0

    /// The number of a series, entered if it is new.
    mutating func number(of key: SeriesKey, seen: Int64) -> Int {
        if let number = numbers[key] {
            if let before = entries[number]?.lastSeen, before < seen { entries[number]?.lastSeen = seen }
            return number
        }
        defer { next += 1 }
        numbers[key] = next
        entries[next] = Entry(key: key, lastSeen: seen)
        return next
    }

    /// Forgets series.
    mutating func forget(_ forgotten: [Int]) {
        for number in forgotten {
            if let key = entries.removeValue(forKey: number)?.key { numbers[key] = nil }
            totals[number] = nil
        }
    }

    /// The series that are sampled no more and were last seen before a time, or are more than `most` of those: the
    /// longest unseen in front. None before the first sample, when nobody knows yet.
    func gone(before time: Int64, most: Int) -> [Int] {
        guard !totals.isEmpty else { return [] }
        let gone = entries.filter { totals[$0.key] == nil }
            .sorted { ($0.value.lastSeen, $0.key) < ($1.value.lastSeen, $1.key) }
        return gone.enumerated().prefix { $0.offset < gone.count - most || $0.element.value.lastSeen < time }
            .map(\.element.key)
    }

    /// Takes the samples of one instant, and gives for each series what it did since the last one.
    ///
    /// - Parameters:
    ///   - time: microseconds since 1970.
    ///   - covered: microseconds since the last instant, or since the start of the process.
    mutating func observe(
        _ samples: [MetricSample], at time: Int64, covered: Int64
    ) -> [(series: Int, bucket: MetricBucket)] {
        var buckets: [(Int, MetricBucket)] = []
        var current: [Int: Total] = [:]
        buckets.reserveCapacity(samples.count)
        for sample in samples where sample.value.isFinite {
            let series = number(of: SeriesKey(sample), seen: time)
            let bucket: MetricBucket
            (bucket, current[series]) = Self.step(sample.value, since: totals[series], covered: covered)
            buckets.append((series, bucket))
        }
        totals = current
        return buckets
    }

    /// What a series did since it was last sampled, and what it holds now. One that is new, or was reset, counted from
    /// zero.
    private static func step(
        _ value: MetricSample.Value, since last: Total?, covered: Int64
    ) -> (MetricBucket, Total) {
        switch value {
        case .gauge(let value):
            let content = MetricBucket.Content.gauge(min: value, max: value, sum: value)
            return (MetricBucket(samples: 1, covered: 0, content: content), .gauge)
        case .counter(let value):
            var increase = value
            if case .counter(let before)? = last, value >= before { increase = value - before }
            let content = MetricBucket.Content.counter(increase: increase.withoutNoise, last: value)
            return (MetricBucket(samples: 1, covered: covered, content: content), .counter(value))
        case .histogram(_, let counts, let sum):
            var (newCounts, newSum) = (counts, sum)
            if case .histogram(let before, let sumBefore)? = last,
                zip(counts, before).allSatisfy({ $0 >= $1 })
            {
                newCounts = zip(counts, before).map { $0 - $1 }
                newSum = sum - sumBefore
            }
            if newCounts.allSatisfy({ $0 == 0 }) { newCounts = [] }
            let content = MetricBucket.Content.histogram(counts: newCounts, sum: newSum.withoutNoise)
            return (
                MetricBucket(samples: 1, covered: covered, content: content), .histogram(counts: counts, sum: sum)
            )
        }
    }
}

extension MetricSample.Value {
    /// What is not finite is no sample.
    fileprivate var isFinite: Bool {
        switch self {
        case .gauge(let value), .counter(let value), .histogram(_, _, let value): value.isFinite
        }
    }
}
