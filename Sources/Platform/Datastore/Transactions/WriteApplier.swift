/// Applies changes within one write.
struct WriteApplier {
    /// Thrown when an id that was allocated turns out to be a client's own: the commit is tried with other ids.
    struct IDCollision: Error {}

    let transaction: any EngineTransaction
    let catalogue: IndexCatalogue
    let ids: IDAllocator
    let version: Int64
    let now: Timestamp

    func apply(_ prepared: PreparedWrite) throws -> MutationResult {
        var prepared = prepared
        try prepared.refresh(catalogue)
        if let base = prepared.baseVersion {
            let current = try transaction.entity(at: prepared.storage, properties: false)
            guard current?.version ?? 0 == base else { return conflict(prepared, current) }
        }
        return switch prepared.operation {
        case .insert: try insert(prepared)
        case .upsert: try upsert(prepared)
        case .update: try update(prepared)
        case .delete: try delete(prepared)
        }
    }

    private func conflict(_ prepared: PreparedWrite, _ current: EntityRow?) -> MutationResult {
        MutationResult(
            key: prepared.key, allocatedID: false, version: current?.version ?? 0,
            createTime: current.map { Timestamp(microseconds: $0.createTime) },
            updateTime: current.map { Timestamp(microseconds: $0.updateTime) }, conflictDetected: true)
    }

    private func result(_ prepared: PreparedWrite, created: Timestamp?) -> MutationResult {
        MutationResult(
            key: prepared.key, allocatedID: prepared.allocatedID, version: version, createTime: created,
            updateTime: created == nil ? nil : now, conflictDetected: false)
    }

    private func row(_ prepared: PreparedWrite, created: Timestamp) -> EntityRow {
        EntityRow(
            key: prepared.storage, version: version, createTime: created.microseconds, updateTime: now.microseconds,
            properties: prepared.json)
    }

    private func insert(_ prepared: PreparedWrite) throws -> MutationResult {
        guard let result = try insertNew(prepared) else {
            if prepared.allocatedID { throw IDCollision() }
            throw DatastoreError(.alreadyExists, "the entity \(prepared.key) exists already")
        }
        return result
    }

    /// Nil when the entity exists.
    private func insertNew(_ prepared: PreparedWrite) throws -> MutationResult? {
        guard try transaction.insert(row(prepared, created: now)) else { return nil }
        try add(prepared.entries)
        if !prepared.allocatedID, let id = prepared.key.id { try ids.skip(id, transaction) }
        return result(prepared, created: now)
    }

    private func upsert(_ prepared: PreparedWrite) throws -> MutationResult {
        if let result = try insertNew(prepared) { return result }
        if prepared.allocatedID { throw IDCollision() }
        return try update(prepared)
    }

    private func update(_ prepared: PreparedWrite) throws -> MutationResult {
        let indexes = catalogue.maintained(for: prepared.key.kind)
        guard let old = try transaction.entity(at: prepared.storage, properties: !indexes.isEmpty) else {
            throw DatastoreError(.notFound, "the entity \(prepared.key) does not exist")
        }
        let oldEntries = try entries(of: old, prepared.key, indexes)
        let created = Timestamp(microseconds: old.createTime)
        try transaction.replace(row(prepared, created: created))
        let kept = Set(prepared.entries)
        try transaction.deleteEntries(oldEntries.filter { !kept.contains($0) })
        try add(prepared.entries)
        return result(prepared, created: created)
    }

    private func delete(_ prepared: PreparedWrite) throws -> MutationResult {
        let indexes = catalogue.maintained(for: prepared.key.kind)
        if let old = try transaction.entity(at: prepared.storage, properties: !indexes.isEmpty) {
            try transaction.deleteEntries(entries(of: old, prepared.key, indexes))
            try transaction.deleteEntities([prepared.storage])
        }
        return result(prepared, created: nil)
    }

    private func entries(of row: EntityRow, _ key: Key, _ indexes: [Index]) throws -> [EntryRow] {
        guard !indexes.isEmpty else { return [] }
        return try EntryMaker.entries(
            key: key, storage: row.key, properties: try Properties(stored: row.properties), indexes: indexes)
    }

    /// Adds entries, and notes indexes that from now on have several for one entity.
    private func add(_ entries: [EntryRow]) throws {
        try transaction.insertEntries(entries)
        try Self.noteSeveral(entries, transaction)
    }

    static func noteSeveral(_ entries: [EntryRow], _ transaction: any EngineTransaction) throws {
        guard entries.count > 1 else { return }
        var previous: EntryRow?
        var noted: Int64?
        for entry in entries {
            defer { previous = entry }
            guard let previous, previous.index == entry.index, previous.entity == entry.entity, noted != entry.index
            else { continue }
            noted = entry.index
            let name = Index.severalRegister(entry.index)
            if try transaction.register(name) == nil { try transaction.setRegister(name, [1]) }
        }
    }
}
