public import CoreMetrics
public import Logging
import Synchronization

/// The schemaless store on which all else stands: entities by key, queries by index, transactions.
///
/// All methods may be called from any task. An answer of success to a write means that it is durable.
public final class Datastore: Sendable {
    let engine: any Engine
    let logger: Logger
    let metrics: OperationMetrics
    let ids: IDAllocator
    let versions: VersionCounter
    let indexer: Indexer
    let wireTransactions: WireTransactions

    /// Opens the datastore on an engine, brings the declared indexes into being, and reads what indexes there are.
    ///
    /// - Throws: what the engine throws, or `dataLoss` when its register cannot be read.
    public init(
        engine: any Engine, indexes: DeclaredIndexes = DeclaredIndexes(), metrics: any MetricsFactory, logger: Logger
    ) async throws {
        self.engine = engine
        self.logger = logger
        self.metrics = OperationMetrics(metrics)
        ids = try await IDAllocator(engine: engine)
        versions = try await VersionCounter(engine: engine)
        indexer = try await Indexer(engine: engine, metrics: self.metrics, logger: logger)
        wireTransactions = WireTransactions()
        try await indexer.declare(indexes)
    }

    private init(_ other: Datastore, engine: any Engine) {
        self.engine = engine
        logger = other.logger
        metrics = other.metrics
        ids = other.ids
        versions = other.versions
        indexer = other.indexer
        wireTransactions = other.wireTransactions
    }

    /// The same datastore for those of the platform's parts whose records must be written also while the disk is so
    /// nearly full that stores are refused: without the scheduler's, nobody would call the purge that makes room.
    public var essential: Datastore { Datastore(self, engine: EssentialEngine(base: engine)) }
}

// Reading and writing by key.
extension Datastore {
    /// How many keys one lookup may have.
    public static let lookupLimit = 1_000

    /// The entities of at most 1,000 keys, in the keys' order and from one snapshot; nil where there is none.
    public func lookup(_ keys: [Key]) async throws -> [StoredEntity?] {
        try await metrics.counting(.lookup) {
            guard keys.count <= Self.lookupLimit else {
                throw DatastoreError.invalid("a lookup may have at most \(Self.lookupLimit) keys")
            }
            for key in keys { try EntityRules.check(key) }
            let storage = keys.map(KeyEncoding.storage)
            let rows = try await engine.read { snapshot in
                try storage.map { try snapshot.entity(at: $0, properties: true) }
            }
            return try rows.map { try $0.map { try StoredEntity($0) } }
        }
    }

    /// The entity of a key, or nil.
    public func lookup(_ key: Key) async throws -> StoredEntity? {
        try await lookup([key]).first ?? nil
    }

    /// Stores an entity, whether it exists or not, and returns its complete key.
    @discardableResult
    public func put(_ entity: Entity) async throws -> Key {
        try await commit(.upsert(entity))
    }

    /// Stores an entity that must not exist (`alreadyExists`), and returns its complete key.
    @discardableResult
    public func insert(_ entity: Entity) async throws -> Key {
        try await commit(.insert(entity))
    }

    /// Replaces an entity that must exist (`notFound`).
    public func update(_ entity: Entity) async throws {
        try await commit(.update(entity))
    }

    /// Stores an entity, whether it exists or not, and returns its complete key.
    @discardableResult
    public func upsert(_ entity: Entity) async throws -> Key {
        try await commit(.upsert(entity))
    }

    /// Removes an entity, if it exists.
    public func delete(_ key: Key) async throws {
        try await commit(.delete(key))
    }

    @discardableResult
    private func commit(_ mutation: Mutation) async throws -> Key {
        try await commit([mutation]).first?.key ?? mutation.key
    }

    /// Applies changes in their order, all or none, durable on return.
    ///
    /// - Throws: `alreadyExists`, `notFound`, or `invalidArgument` for the first change that cannot be made.
    @discardableResult
    public func commit(_ mutations: [Mutation]) async throws -> [MutationResult] {
        try await metrics.counting(.commit) { try await apply(mutations, reads: ReadSet()) }
    }

    /// Applies changes if all that was read is still so.
    func apply(_ mutations: [Mutation], reads: ReadSet) async throws -> [MutationResult] {
        guard !mutations.isEmpty || !reads.isEmpty else { return [] }
        for mutation in mutations { try PreparedWrite.check(mutation) }
        let purpose: WritePurpose = mutations.allSatisfy(\.isDelete) ? .removing : .storing
        while true {
            let prepared = try await prepare(mutations)
            do {
                let (results, version) = try await engine.write(for: purpose) { [indexer] transaction in
                    let catalogue = indexer.catalogue
                    try reads.validate(transaction, catalogue)
                    return try self.write(prepared, transaction, catalogue)
                }
                versions.confirm(version)
                return results
            } catch is WriteApplier.IDCollision {
                logger.debug("an allocated id was a client's own; trying another")
            }
        }
    }

    func write(
        _ prepared: [PreparedWrite], _ transaction: any EngineTransaction, _ catalogue: IndexCatalogue
    ) throws -> ([MutationResult], VersionCounter.Version) {
        let version = try versions.next(transaction)
        let applier = WriteApplier(
            transaction: transaction, catalogue: catalogue, ids: ids, version: version.number, now: .now)
        return (try prepared.map(applier.apply), version)
    }

    private func prepare(_ mutations: [Mutation]) async throws -> [PreparedWrite] {
        let incomplete = mutations.count { !$0.key.isComplete }
        var fresh = try await ids.take(incomplete)[...]
        let catalogue = indexer.catalogue
        return try mutations.map { mutation in
            try PreparedWrite(mutation, id: mutation.key.isComplete ? nil : fresh.popFirst(), catalogue: catalogue)
        }
    }

    /// Completes keys with ids that are given out once only, and that no entity has.
    public func allocateIDs(_ incomplete: [Key]) async throws -> [Key] {
        try await metrics.counting(.allocateIDs) {
            for key in incomplete {
                try EntityRules.check(key, mayBeIncomplete: true)
                guard !key.isComplete else { throw DatastoreError.invalid("the key \(key) has an id already") }
            }
            var keys = zip(incomplete, try await ids.take(incomplete.count)).map { $0.completed(with: $1) }
            while true {
                let storage = keys.map(KeyEncoding.storage)
                let taken = try await engine.read { snapshot in
                    try storage.indices.filter { try snapshot.entity(at: storage[$0], properties: false) != nil }
                }
                if taken.isEmpty { return keys }
                for (index, id) in zip(taken, try await ids.take(taken.count)) {
                    keys[index] = keys[index].completed(with: id)
                }
            }
        }
    }
}
