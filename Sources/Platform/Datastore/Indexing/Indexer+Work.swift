import Logging

// The work in the background.
extension Indexer {
    /// How many entities one write of a backfill looks at.
    private static let backfillChunk = 200
    /// How many entries one write removes.
    private static let removalChunk = 1_000

    /// Does a piece of the work that there is on each index; false when there is none.
    ///
    /// An index whose work fails does not hold up the others; the error is thrown when nothing else is left to do.
    func step() async throws -> Bool {
        try await createRegistered()
        let pending = catalogue.indexes.values.filter { $0.state != .ready }.sorted { $0.id < $1.id }
        var failure: (any Error)?
        var hasWorked = false
        for index in pending {
            do {
                if index.state == .creating {
                    _ = try await backfill(index.id)
                } else {
                    try await removeEntries(index.id)
                }
                hasWorked = true
            } catch {
                failure = error
            }
        }
        if !hasWorked, let failure { throw failure }
        return hasWorked
    }

    /// Adds a chunk of the entities that were there before the index; the index is ready when there are no more.
    func backfill(_ id: Int64) async throws -> Bool {
        let (changed, count) = try await engine.write { transaction -> (Index?, Int) in
            guard let bytes = try transaction.register(Index.registerPrefix + String(id)) else { return (nil, 0) }
            var index = try Index(registered: bytes)
            guard index.state == .creating else { return (nil, 0) }
            let count = try Self.addChunk(&index, transaction)
            try transaction.setRegister(index.registerName, index.registered)
            return (index, count)
        }
        guard let changed else { return false }
        metrics.countBackfilled(count)
        if changed.state == .ready {
            publishReady(changed)
            logger.info(
                "index ready", metadata: ["index": "\(id)", "kind": "\(changed.definition.kind)"])
        }
        return changed.state != .ready
    }

    private static func addChunk(_ index: inout Index, _ transaction: any EngineTransaction) throws -> Int {
        guard let range = try KindScan.next(index.definition.kind, from: index.position, transaction) else {
            index.state = .ready
            index.position = []
            return 0
        }
        let rows = try transaction.entities(in: range, descending: false, limit: backfillChunk, properties: true)
        var entries: [EntryRow] = []
        for row in rows {
            entries += try EntryMaker.entries(
                key: try KeyEncoding.key(storage: row.key), storage: row.key,
                properties: try Properties(stored: row.properties), indexes: [index])
        }
        try transaction.insertEntries(entries)
        try WriteApplier.noteSeveral(entries, transaction)
        if let last = rows.last { index.position = last.key + [0] }
        if try KindScan.next(index.definition.kind, from: index.position, transaction) == nil {
            index.state = .ready
            index.position = []
        }
        return rows.count
    }

    /// Removes a chunk of the entries of an index that is going, at last the index itself.
    private func removeEntries(_ id: Int64) async throws {
        let removed = try await engine.write(for: .removing) { transaction in
            let removed = try transaction.deleteEntries(index: id, limit: Self.removalChunk)
            if removed == 0 {
                try transaction.setRegister(Index.registerPrefix + String(id), nil)
                try transaction.setRegister(Index.severalRegister(id), nil)
            }
            return removed
        }
        if removed == 0 { unpublish(id) }
    }
}
