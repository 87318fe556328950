// Deleting what a query finds.
extension Datastore {
    /// What one write removed.
    private struct Chunk: Sendable {
        var deleted = 0
        var mayHaveMore = false
        /// The time within the writer.
        var took = Duration.zero
    }

    /// Removes up to `limit` entities that a query finds, in chunks, each a write of its own, as large as takes a few
    /// milliseconds; while others store, chunks are smaller and wait between each other (`DeletionPace`).
    ///
    /// The query must have no limit, offset or cursors. Its orders say which entities go first.
    /// - Parameter progress: told after each chunk how many were removed by it, durably.
    /// - Returns: how many were removed; fewer than `limit` when none is left.
    public func delete(
        matching query: Query, limit: Int, progress: @Sendable (Int) -> Void = { _ in }
    ) async throws -> Int {
        try await metrics.counting(.deleteMatching) {
            guard query.limit == nil, query.offset == 0, query.start == nil, query.end == nil else {
                throw DatastoreError.invalid("a query for deleting must have no limit, offset or cursors")
            }
            var deleted = 0
            var pace = DeletionPace()
            while deleted < limit {
                let stored = versions.last
                let chunk: Chunk
                do {
                    chunk = try await deleteChunk(query, min(limit - deleted, pace.chunk))
                } catch let error as DatastoreError where error.code == .diskFull && pace.shrink() {
                    // What is deleted is first written into the log: less of it may find room, and make more.
                    continue
                }
                deleted += chunk.deleted
                progress(chunk.deleted)
                guard chunk.mayHaveMore else { break }
                let pause = pace.next(after: chunk.took, othersStore: versions.last != stored)
                if pause > .zero { try await Task.sleep(for: pause) }
            }
            return deleted
        }
    }

    private func deleteChunk(_ query: Query, _ limit: Int) async throws -> Chunk {
        if let chunk = try await deleteRange(query, limit) { return chunk }
        var page = query
        page.keysOnly = true
        page.limit = min(limit, Self.foundChunk)
        let batch = try await run(page)
        let found = batch.results.map(\.stored)
        guard !found.isEmpty else { return Chunk() }
        var chunk = try await deleteFound(found)
        // A page of large entities is cut before it is full.
        chunk.mayHaveMore = found.count == page.limit || batch.more == .notFinished
        return chunk
    }

    /// How many entities one write removes that were looked for one by one.
    private static let foundChunk = 1_000

    /// A few statements, where the query is a range of an index which has the only entry of each of its entities, or a
    /// range of keys of a kind without indexes; else nil.
    private func deleteRange(_ query: Query, _ limit: Int) async throws -> Chunk? {
        try await engine.write(for: .removing) { [indexer] transaction in
            let start = ContinuousClock.now
            func chunk(_ deleted: Int) -> Chunk {
                Chunk(deleted: deleted, mayHaveMore: deleted == limit, took: start.duration(to: .now))
            }
            let catalogue = indexer.catalogue
            let plan = try QueryPlanner(shape: try QueryShape(query), catalogue: catalogue).plan()
            guard let kind = query.kind, !plan.filters else { return nil }
            let indexes = catalogue.maintained(for: kind)
            switch plan.source {
            case .keys(let range, false) where indexes.isEmpty:
                return chunk(try transaction.deleteEntities(in: range, limit: limit))
            case .entries(let index, _, let values, false) where indexes.map(\.id) == [index]:
                guard try transaction.register(Index.severalRegister(index)) == nil else { return nil }
                return chunk(try transaction.deleteEntriesAndEntities(index: index, in: values, limit: limit))
            default: return nil
            }
        }
    }

    /// Removes entities that are still as they were found, with all their entries.
    private func deleteFound(_ found: [StoredEntity]) async throws -> Chunk {
        let rows = found.map { (key: $0.key, storage: KeyEncoding.storage($0.key), version: $0.version) }
        return try await engine.write(for: .removing) { [indexer] transaction in
            let start = ContinuousClock.now
            let catalogue = indexer.catalogue
            var keys: [[UInt8]] = []
            var entries: [EntryRow] = []
            for row in rows {
                // Without a kind, a query finds entities of several.
                let indexes = catalogue.maintained(for: row.key.kind)
                guard let stored = try transaction.entity(at: row.storage, properties: !indexes.isEmpty),
                    stored.version == row.version
                else { continue }
                keys.append(row.storage)
                guard !indexes.isEmpty else { continue }
                entries += try EntryMaker.entries(
                    key: row.key, storage: row.storage, properties: try Properties(stored: stored.properties),
                    indexes: indexes)
            }
            try transaction.deleteEntries(entries)
            try transaction.deleteEntities(keys)
            return Chunk(deleted: keys.count, took: start.duration(to: .now))
        }
    }
}
