import Settings

/// Which tier a query reads, and which buckets its answer has.
struct QueryPlan: Sendable {
    /// All in microseconds.
    let start: Int64
    let end: Int64
    let step: Int64
    let tierStep: Int64

    private static let longestStep: Int64 = 10 * 366 * 86_400 * 1_000_000

    init(_ query: MetricQuery, tiers: [MetricTier], now: Int64) throws(MetricHistoryError) {
        guard query.since < query.until else {
            throw MetricHistoryError(.invalidQuery, "the time asked for ends before it begins")
        }
        if case .quantile(let share) = query.function, !(0...1).contains(share) {
            throw MetricHistoryError(.invalidQuery, "quantile \(share) is not from 0 to 1")
        }
        let end = min(query.until, now + 1)
        guard query.since < end, let finest = tiers.first else {
            throw MetricHistoryError(
                .invalidQuery, tiers.isEmpty ? "no history is kept: metric_history.tiers is empty" : "that is to come")
        }
        // The finest tier that reaches back so far; where none does, the one that reaches back farthest.
        let reaching = tiers.firstIndex { now - $0.retention.inMicroseconds <= query.since } ?? tiers.count - 1
        let wanted = query.step?.inMicroseconds ?? Self.step(over: end - query.since, tiers[reaching])
        guard (1...Self.longestStep).contains(wanted) else {
            throw MetricHistoryError(.invalidQuery, "the step is not longer than nothing and at most ten years")
        }
        // Of those, the coarsest whose buckets fit into the step: it is read with the least effort.
        let tier =
            tiers[reaching...].last { wanted % $0.step.inMicroseconds == 0 } ?? tiers[min(reaching, tiers.count - 1)]
        let tierStep = max(finest.step.inMicroseconds, tier.step.inMicroseconds)
        let step = max(1, (wanted + tierStep - 1) / tierStep) * tierStep
        let start = query.since.floored(by: step) * step
        guard (end - start) / step <= MetricHistory.mostPoints else {
            throw MetricHistoryError(
                .invalidQuery, "the step is too short: more than \(MetricHistory.mostPoints) points")
        }
        (self.start, self.end, self.step, self.tierStep) = (start, end, step, tierStep)
    }

    /// A round step that gives about 120 buckets.
    private static func step(over span: Int64, _ tier: MetricTier) -> Int64 {
        let tierStep = max(1, tier.step.inMicroseconds)
        let least = max(1, (span / 120 + tierStep - 1) / tierStep)
        let seconds: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400]
        let round = seconds.map { $0 * 1_000_000 }.first { $0 >= least * tierStep && $0 % tierStep == 0 }
        return round ?? least * tierStep
    }

    /// The numbers of the chunks that are needed.
    var chunks: Range<Int64> {
        let first = ChunkID.locate(start, step: tierStep).chunk.number
        return first..<ChunkID.locate(end - 1, step: tierStep).chunk.number + 1
    }

    /// Merges a chunk's buckets into those of the answer, in the order of time.
    func add(_ buckets: PendingBuckets.Places, of chunk: ChunkID, to answer: inout PendingBuckets.Places) {
        for place in buckets.keys.sorted() {
            let time = chunk.time(of: place)
            guard time >= start, time < end, let bucket = buckets[place] else { continue }
            answer.add(bucket, at: Int((time - start) / step))
        }
    }

    func result(
        _ series: [(SeriesKey, PendingBuckets.Places)], function: MetricQuery.Function
    ) -> MetricQueryResult {
        let maker = PointMaker(function: function)
        let shown = series.map { key, places in
            MetricQueryResult.Series(
                name: key.name, kind: key.kind, labels: key.pairs,
                points: places.keys.sorted().compactMap { place in
                    places[place].map { maker.point($0, at: start + Int64(place) * step, bounds: key.bounds) }
                })
        }
        return MetricQueryResult(start: start, end: end, step: step, tierStep: tierStep, series: shown)
    }
}
