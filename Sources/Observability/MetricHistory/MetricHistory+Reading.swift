import Database
import Settings
import Synchronization

/// What the history tells.
extension MetricHistory {
    /// Points of one series that an answer may have.
    static let mostPoints: Int64 = 11_000
    /// Series that one answer may have.
    static let mostSeries = 500
    /// Chunks that one answer may need.
    static let mostChunks: Int64 = 100_000
    /// Chunks that one access to the file reads.
    private static let chunksARead = 512

    /// Every series that is kept, sorted by name and labels.
    public func series() async throws -> [MetricSeriesInfo] {
        await turns.run {
            // Without the file there is still what was sampled since the start.
            _ = try? await currentFile()
            return state.withLock(\.book.entries).values.sorted { $0.key.precedes($1.key) }
                .map { entry in
                    MetricSeriesInfo(
                        name: entry.key.name, kind: entry.key.kind, labels: entry.key.pairs,
                        labelText: String(decoding: entry.key.labels, as: UTF8.self), lastSeen: entry.lastSeen)
                }
        }
    }

    /// Reads what `query` asks for, from the coarsest tier that is fine enough.
    ///
    /// Throws a ``MetricHistoryError`` for a query that makes no sense, or what the file said.
    public func read(_ query: MetricQuery) async throws -> MetricQueryResult {
        try await turns.run {
            let file = try await currentFile()
            let plan = try QueryPlan(query, tiers: settings.tiers, now: now())
            let selected = state.withLock(\.book.entries).mapValues(\.key).filter { query.selector.matches($0.value) }
            try check(Array(selected.values), query, plan)
            var keyed: [(SeriesKey, PendingBuckets.Places)] = []
            for (series, key) in selected.sorted(by: { $0.value.precedes($1.value) }) {
                let places = try await buckets(of: series, key, plan, file)
                if !places.isEmpty { keyed.append((key, places)) }
            }
            return plan.result(query.merge ? Self.merged(keyed) : keyed, function: query.function)
        }
    }

    private func check(_ keys: [SeriesKey], _ query: MetricQuery, _ plan: QueryPlan) throws(MetricHistoryError) {
        guard !keys.isEmpty else {
            throw MetricHistoryError(
                .notFound, "no series matches; trivetctl metrics list shows what there is")
        }
        for key in keys {
            guard let refusal = PointMaker(function: query.function).refusal(key.kind) else { continue }
            throw MetricHistoryError(.invalidQuery, "\(key.name) \(refusal)")
        }
        guard keys.count <= Self.mostSeries, Int64(keys.count) * Int64(plan.chunks.count) <= Self.mostChunks else {
            throw MetricHistoryError(
                .invalidQuery,
                "\(keys.count) series over this time are too much for one answer: select fewer by their labels, or "
                    + "ask for a shorter time or a larger step")
        }
    }

    /// The series' buckets, merged to the plan's step; keys count steps from the plan's start.
    func buckets(
        of series: Int, _ key: SeriesKey, _ plan: QueryPlan, _ file: DatabaseFile
    ) async throws -> PendingBuckets.Places {
        let store = state.withLock(\.store)
        let coder = ChunkCoder(kind: key.kind, bounds: key.bounds)
        var answer: PendingBuckets.Places = [:]
        var rest = plan.chunks[...]
        while !rest.isEmpty {
            let numbers = rest.prefix(Self.chunksARead).map { ChunkID(step: plan.tierStep, number: $0) }
            rest = rest.dropFirst(Self.chunksARead)
            let rows = numbers.map { store.row($0, series) }
            let data = try await file.read { database in try HistoryStore.read(rows.compactMap(\.self), database) }
            for (chunk, row) in zip(numbers, rows) {
                // A chunk that is damaged is a gap, not an end.
                let stored = row.flatMap { data[$0] }.flatMap { try? coder.decode($0) } ?? [:]
                plan.add(stored, of: chunk, to: &answer)
                let waiting = state.withLock { $0.pending.chunks[chunk]?[series] ?? [:] }
                plan.add(waiting, of: chunk, to: &answer)
            }
        }
        return answer
    }

    /// All series of one kind and with the same buckets as one.
    private static func merged(
        _ series: [(SeriesKey, PendingBuckets.Places)]
    ) -> [(SeriesKey, PendingBuckets.Places)] {
        var merged: [SeriesKey: PendingBuckets.Places] = [:]
        for (key, places) in series {
            let all = SeriesKey(kind: key.kind, name: key.name, labels: [], bounds: key.bounds)
            for (place, bucket) in places {
                if merged[all]?[place]?.mergeAcross(bucket) == nil { merged[all, default: [:]][place] = bucket }
            }
        }
        return merged.map { ($0.key, $0.value) }.sorted { $0.0.bounds.count < $1.0.bounds.count }
    }
}
