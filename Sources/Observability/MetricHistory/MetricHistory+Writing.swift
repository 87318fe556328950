import Database
import GRDB
import Logging
import Settings
import Synchronization

/// The way of the buckets into the file.
extension MetricHistory {
    /// Chunks that one transaction writes: a few milliseconds of the writer, which the request log shares.
    private static let chunksAWrite = 64
    /// How long buckets wait in memory for a file that fails, in microseconds.
    private static let longestWait: Int64 = 3_600 * 1_000_000

    /// Writes all that waits now, and deletes what is old or too much. Without tiers there is nothing to do, and what
    /// other settings have kept stays.
    public func flush() async {
        guard keepsHistory else { return }
        await turns.run {
            let begin = now()
            state.withLock { $0.lastFlush = ContinuousClock.now }
            // One that takes longer than its interval must leave others their turn, too.
            defer { state.withLock { $0.lastFlush = ContinuousClock.now } }
            do {
                let file = try await currentFile()
                // First what is old, so that nothing else has to go for its sake; also while the disk is full.
                try await retain(file)
                try await registerSeries(file)
                try await writeWaiting(file)
                metrics.written(bytes: bytes, at: begin)
                succeeded()
            } catch {
                failed(error)
            }
        }
    }

    /// The file, once it is known: the tiers of the settings, and the series that it has.
    func currentFile() async throws -> DatabaseFile {
        let file = database()
        let steps = settings.tiers.map(\.step.inMicroseconds)
        guard state.withLock({ $0.file !== file || $0.steps != steps }) else { return file }
        let (empty, series) = try await file.write { database in
            var store = HistoryStore()
            try store.register(steps: steps, database)
            return (store, try HistoryStore.series(database))
        }
        state.withLock { state in
            state.store = empty
            for (id, key, seen) in series {
                let number = state.book.number(of: key, seen: seen)
                state.store.note(id, of: number)
            }
            state.file = file
            state.steps = steps
            state.lastSeenWrite = 0
        }
        try await count(file)
        return file
    }

    /// Gives new series their ids; and once in a chunk of the finest tier notes which series are still there.
    private func registerSeries(_ file: DatabaseFile) async throws {
        let time = now()
        let finest = settings.tiers.first?.step.inMicroseconds ?? 1
        let (store, series) = state.withLock { state in
            let last = state.lastSeenWrite
            // A clock that was set back must not keep sightings from being noted until it is there again.
            let isDue = last + finest * Int64(ChunkCoder.slots) <= time || time < last
            if isDue { state.lastSeenWrite = time }
            let due = state.book.entries.filter { number, entry in
                state.store.ids[number] == nil || isDue && entry.lastSeen >= min(last, time)
            }
            return (state.store, due.map { (number: $0.key, key: $0.value.key, seen: $0.value.lastSeen) })
        }
        guard !series.isEmpty else { return }
        let written = try await file.write { database in
            var copy = store
            try copy.register(series, database)
            return copy
        }
        state.withLock { $0.store = written }
        try await count(file)
    }

    /// What one transaction writes.
    private struct Writing {
        var chunks: [(row: Int64, data: [UInt8])] = []
        /// Bytes by which each chunk of all series grows.
        var grown: [ChunkID: Int] = [:]
        /// Buckets that have no place in the file.
        var lost = 0

        var bytes: Int { grown.values.reduce(0, +) }
    }

    /// Writes what waits at this moment: what is sampled meanwhile waits for the next time, else a slow disk would never
    /// see the end.
    private func writeWaiting(_ file: DatabaseFile) async throws {
        var waiting = state.withLock { $0.pending.takeAll() }
        while true {
            let pieces = waiting.take(Self.chunksAWrite)
            guard !pieces.isEmpty else { return }
            do {
                try await write(pieces, file)
            } catch {
                waiting.restore(pieces)
                let unwritten = waiting
                state.withLock { $0.pending.restore(unwritten) }
                throw error
            }
        }
    }

    /// Merges buckets into their chunks.
    private func write(_ pieces: [PendingBuckets.Piece], _ file: DatabaseFile) async throws {
        let store = state.withLock(\.store)
        var writing = try await merge(pieces, store, file)
        // What was read of the chunks may be deleted when room was made.
        while try await makeRoom(for: writing.bytes, file) { writing = try await merge(pieces, store, file) }
        guard bytes + writing.bytes <= settings.maxSize else {
            return metrics.lost(buckets: pieces.map(\.places.count).reduce(0, +))
        }
        let (chunks, grown) = (writing.chunks, writing.grown)
        try await file.write { database in try store.write(chunks, grown: grown, database) }
        state.withLock { $0.bytes += writing.bytes }
        metrics.lost(buckets: writing.lost)
    }

    private func merge(
        _ pieces: [PendingBuckets.Piece], _ store: HistoryStore, _ file: DatabaseFile
    ) async throws -> Writing {
        let keys = state.withLock { state in pieces.map { state.book.entries[$0.series]?.key } }
        let rows = pieces.map { store.row($0.chunk, $0.series) }
        let known = try await file.read { database in try HistoryStore.read(rows.compactMap(\.self), database) }
        var writing = Writing()
        for (index, piece) in pieces.enumerated() {
            guard let row = rows[index], let key = keys[index] else {
                writing.lost += piece.places.count
                continue
            }
            let data = merge(piece, into: known[row], ChunkCoder(kind: key.kind, bounds: key.bounds))
            writing.chunks.append((row, data))
            writing.grown[piece.chunk, default: 0] +=
                HistoryStore.cost(of: data.count) - (known[row].map { HistoryStore.cost(of: $0.count) } ?? 0)
        }
        return writing
    }

    /// The chunk's data with the piece's buckets. Data that is damaged is given up.
    private func merge(_ piece: PendingBuckets.Piece, into data: [UInt8]?, _ coder: ChunkCoder) -> [UInt8] {
        var buckets: PendingBuckets.Places = [:]
        if let data {
            do throws(ChunkDamage) { buckets = try coder.decode(data) } catch {
                logger.warning("a chunk of the metric history is damaged and is begun anew")
            }
        }
        for (place, bucket) in piece.places { buckets.add(bucket, at: place) }
        return coder.encode(buckets)
    }

    private func succeeded() {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = false }
            return state.isFailing
        }
        if wasFailing { logger.notice("the metric history is stored again") }
    }

    private func failed(_ error: any Error) {
        let time = now()
        let (isFirst, lost) = state.withLock { state in
            defer { state.isFailing = true }
            return (!state.isFailing, state.pending.drop(before: time - Self.longestWait))
        }
        metrics.lost(buckets: lost)
        if isFirst {
            logger.warning(
                "the metric history cannot be stored; it is kept in memory for an hour",
                metadata: ["error": "\(error)"])
        }
    }
}
