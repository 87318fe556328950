// Deleting what a query finds.
extension Datastore {
    /// How many entities one write removes.
    private static let deleteChunk = 1_000

    /// Removes up to `limit` entities that a query finds, in chunks of at most 1,000, each a write of its own.
    ///
    /// The query must have no limit, offset or cursors. Its orders say which entities go first.
    /// - Returns: how many were removed; fewer than `limit` when none is left.
    public func delete(matching query: Query, limit: Int) async throws -> Int {
        try await metrics.counting(.deleteMatching) {
            guard query.limit == nil, query.offset == 0, query.start == nil, query.end == nil else {
                throw DatastoreError.invalid("a query for deleting must have no limit, offset or cursors")
            }
            var deleted = 0
            while deleted < limit {
                let wanted = min(limit - deleted, Self.deleteChunk)
                let chunk = try await deleteChunk(query, wanted)
                deleted += chunk.deleted
                guard chunk.mayHaveMore else { break }
            }
            return deleted
        }
    }

    private func deleteChunk(_ query: Query, _ limit: Int) async throws -> (deleted: Int, mayHaveMore: Bool) {
        if let count = try await deleteRange(query, limit) { return (count, count == limit) }
        var page = query
        page.keysOnly = true
        page.limit = limit
        let batch = try await run(page)
        let found = batch.results.map(\.stored)
        guard !found.isEmpty else { return (0, false) }
        // A page of large entities is cut before it is full.
        return (try await deleteFound(found), found.count == limit || batch.more == .notFinished)
    }

    /// A few statements, where the query is a range of an index which has the only entry of each of its entities, or a
    /// range of keys of a kind without indexes; else nil.
    private func deleteRange(_ query: Query, _ limit: Int) async throws -> Int? {
        try await engine.write { [indexer] transaction in
            let catalogue = indexer.catalogue
            let plan = try QueryPlanner(shape: try QueryShape(query), catalogue: catalogue).plan()
            guard let kind = query.kind, !plan.filters else { return nil }
            let indexes = catalogue.maintained(for: kind)
            switch plan.source {
            case .keys(let range, false) where indexes.isEmpty:
                return try transaction.deleteEntities(in: range, limit: limit)
            case .entries(let index, _, let values, false) where indexes.map(\.id) == [index]:
                guard try transaction.register(Index.severalRegister(index)) == nil else { return nil }
                return try transaction.deleteEntriesAndEntities(index: index, in: values, limit: limit)
            default: return nil
            }
        }
    }

    /// Removes entities that are still as they were found, with all their entries.
    private func deleteFound(_ found: [StoredEntity]) async throws -> Int {
        let rows = found.map { (key: $0.key, storage: KeyEncoding.storage($0.key), version: $0.version) }
        return try await engine.write { [indexer] transaction in
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
            return keys.count
        }
    }
}
