/// What the closure of a transaction works with. It lives as long as the closure's call.
///
/// All reads see one snapshot. Writes are kept until the closure has ended and are then stored at once, provided that
/// nothing which was read has changed in between; else the closure is run again. So it must have no effects but these.
public final class Transaction {
    /// Thrown when no ids are at hand for new entities: the closure is run again when there are.
    struct IDsNeeded: Error {}

    private let snapshot: any EngineSnapshot
    private let catalogue: IndexCatalogue
    private let ids: IDAllocator
    private(set) var reads = ReadSet()
    /// The indexes that queries used.
    private(set) var indexes: Set<Int64> = []
    /// The writes in the order in which their keys were first written.
    private var writes: [Mutation] = []
    /// Where in `writes` a key's last write is.
    private var positions: [Key: Int] = [:]

    init(snapshot: any EngineSnapshot, catalogue: IndexCatalogue, ids: IDAllocator) {
        self.snapshot = snapshot
        self.catalogue = catalogue
        self.ids = ids
    }

    /// The changes to commit, one for each key.
    var mutations: [Mutation] { writes }

    /// The entity of a key: as this transaction wrote it, else as its snapshot has it; nil when there is none.
    public func get(_ key: Key) throws -> Entity? {
        try EntityRules.check(key)
        if let position = positions[key] {
            if case .upsert(let entity) = writes[position].operation { return entity }
            return nil
        }
        let storage = KeyEncoding.storage(key)
        let row = try snapshot.entity(at: storage, properties: true)
        try reads.note(storage, row?.version ?? 0)
        return try row.map { Entity(key: key, properties: try Properties(stored: $0.properties)) }
    }

    /// A page of a query's results on the snapshot; the transaction's own writes do not show.
    public func query(_ query: Query) throws -> QueryBatch {
        let outcome = try QueryRunner(catalogue: catalogue).run(query, snapshot)
        reads.note(query, outcome.batch)
        if let index = outcome.index { indexes.insert(index) }
        return outcome.batch
    }

    /// Stores an entity, whether it exists or not, and returns its complete key.
    @discardableResult
    public func put(_ entity: Entity) throws -> Key {
        try EntityRules.check(entity)
        let key = try completed(entity.key)
        set(key, .upsert(Entity(key: key, properties: entity.properties)))
        return key
    }

    /// Stores an entity that must not exist (`alreadyExists`), and returns its complete key.
    @discardableResult
    public func insert(_ entity: Entity) throws -> Key {
        try EntityRules.check(entity)
        let key = try completed(entity.key)
        guard try get(key) == nil else {
            throw DatastoreError(.alreadyExists, "the entity \(key) exists already")
        }
        set(key, .upsert(Entity(key: key, properties: entity.properties)))
        return key
    }

    /// Replaces an entity that must exist (`notFound`).
    public func update(_ entity: Entity) throws {
        try EntityRules.check(entity)
        guard try get(entity.key) != nil else {
            throw DatastoreError(.notFound, "the entity \(entity.key) does not exist")
        }
        set(entity.key, .upsert(entity))
    }

    /// Removes an entity, if it exists.
    public func delete(_ key: Key) throws {
        try EntityRules.check(key)
        set(key, .delete(key))
    }

    private func set(_ key: Key, _ operation: Mutation.Operation) {
        if let position = positions[key] {
            writes[position] = Mutation(operation)
        } else {
            positions[key] = writes.count
            writes.append(Mutation(operation))
        }
    }

    /// A key with an id; one that a client chose itself is passed over.
    private func completed(_ key: Key) throws -> Key {
        guard !key.isComplete else { return key }
        while let id = ids.takeAtOnce() {
            let candidate = key.completed(with: id)
            let storage = KeyEncoding.storage(candidate)
            guard try snapshot.entity(at: storage, properties: false) == nil else { continue }
            try reads.note(storage, 0)
            return candidate
        }
        throw IDsNeeded()
    }
}
