/// Buckets that are not in the file yet: by chunk, series and place.
struct PendingBuckets: Sendable {
    typealias Places = [Int: MetricBucket]

    /// One series' buckets of one chunk.
    struct Piece: Sendable {
        let chunk: ChunkID
        let series: Int
        let places: Places
    }

    private(set) var chunks: [ChunkID: [Int: Places]] = [:]

    /// Adds a later bucket.
    mutating func add(_ bucket: MetricBucket, of series: Int, to chunk: ChunkID, at place: Int) {
        chunks[chunk, default: [:]][series, default: [:]].add(bucket, at: place)
    }

    /// Takes everything out.
    mutating func takeAll() -> PendingBuckets {
        defer { chunks = [:] }
        return self
    }

    /// Takes up to `count` pieces of one chunk out.
    mutating func take(_ count: Int) -> [Piece] {
        guard let chunk = chunks.keys.min(by: { ($0.step, $0.number) < ($1.step, $1.number) }),
            var series = chunks[chunk]
        else { return [] }
        let pieces = series.keys.sorted().prefix(count).compactMap { number in
            series.removeValue(forKey: number).map { Piece(chunk: chunk, series: number, places: $0) }
        }
        chunks[chunk] = series.isEmpty ? nil : series
        return pieces
    }

    /// Puts pieces back that could not be written.
    mutating func restore(_ pieces: [Piece]) {
        for piece in pieces {
            var places = piece.places
            for (place, later) in chunks[piece.chunk]?[piece.series] ?? [:] { places.add(later, at: place) }
            chunks[piece.chunk, default: [:]][piece.series] = places
        }
    }

    /// Puts everything back that could not be written.
    mutating func restore(_ others: PendingBuckets) {
        for (chunk, series) in others.chunks {
            restore(series.map { Piece(chunk: chunk, series: $0.key, places: $0.value) })
        }
    }

    /// Gives up what ended before `time`; the number of buckets that are lost.
    mutating func drop(before time: Int64) -> Int {
        var lost = 0
        for chunk in chunks.keys where chunk.end < time {
            lost += chunks.removeValue(forKey: chunk)?.values.map(\.count).reduce(0, +) ?? 0
        }
        return lost
    }
}

extension PendingBuckets.Places {
    /// Merges a later bucket into the one at its place.
    mutating func add(_ later: MetricBucket, at place: Int) {
        guard var bucket = self[place] else {
            self[place] = later
            return
        }
        bucket.merge(later)
        self[place] = bucket
    }
}
