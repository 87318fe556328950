public import CoreMetrics
public import Logging
public import ServiceLifecycle

/// The schemaless store on which all else stands.
public final class Datastore: Sendable {
    /// Opens the datastore on an engine, brings the declared indexes into being, and reads what indexes there are.
    public init(
        engine: any Engine, indexes: DeclaredIndexes = DeclaredIndexes(), metrics: any MetricsFactory, logger: Logger
    ) async throws {
        fatalError("to come")
    }

    /// The entities of keys, in the keys' order; nil where there is none.
    public func lookup(_ keys: [Key]) async throws -> [StoredEntity?] { fatalError("to come") }

    /// The entity of a key, or nil.
    public func lookup(_ key: Key) async throws -> StoredEntity? { fatalError("to come") }

    /// Stores an entity, whether it exists or not, and returns its complete key.
    @discardableResult
    public func put(_ entity: Entity) async throws -> Key { fatalError("to come") }

    /// Stores an entity that must not exist (`alreadyExists`), and returns its complete key.
    @discardableResult
    public func insert(_ entity: Entity) async throws -> Key { fatalError("to come") }

    /// Replaces an entity that must exist (`notFound`).
    public func update(_ entity: Entity) async throws { fatalError("to come") }

    /// Stores an entity, whether it exists or not, and returns its complete key.
    @discardableResult
    public func upsert(_ entity: Entity) async throws -> Key { fatalError("to come") }

    /// Removes an entity, if it exists.
    public func delete(_ key: Key) async throws { fatalError("to come") }

    /// Applies changes in their order, all or none, durable on return.
    @discardableResult
    public func commit(_ mutations: [Mutation]) async throws -> [MutationResult] { fatalError("to come") }

    /// A page of a query's results: at most 1,000. With `more == .notFinished`, run it again from `endCursor`.
    public func run(_ query: Query) async throws -> QueryBatch { fatalError("to come") }

    /// How many results a query has, counting no further than `upTo`.
    public func count(_ query: Query, upTo: Int? = nil) async throws -> Int { fatalError("to come") }

    /// Runs a closure as a transaction: all it reads is one snapshot, all it writes is stored at once or not at all,
    /// and nothing that it read was changed by others in between; else it is run again.
    public func transaction<T: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> T) async throws -> T {
        fatalError("to come")
    }

    /// Removes up to `limit` entities that a query finds, in a few statements.
    ///
    /// - Returns: how many were removed; fewer than `limit` when none is left.
    public func delete(matching query: Query, limit: Int) async throws -> Int { fatalError("to come") }

    /// Completes keys with ids that are given out once only.
    public func allocateIDs(_ incomplete: [Key]) async throws -> [Key] { fatalError("to come") }

    /// The kinds that have entities in a namespace, in the order of their names' bytes, with counts.
    public func kinds(namespace: String = "") async throws -> [KindSummary] { fatalError("to come") }

    /// The namespaces that have entities, in the order of their bytes.
    public func namespaces() async throws -> [String] { fatalError("to come") }

    /// All indexes.
    public func indexes() -> [IndexInfo] { fatalError("to come") }

    /// Defines a composite index. It is `creating` until the entities that are there already are in it.
    @discardableResult
    public func createIndex(_ definition: IndexDefinition) async throws -> IndexInfo { fatalError("to come") }

    /// Removes an index; queries that need it fail from now on.
    public func deleteIndex(_ id: Int64) async throws { fatalError("to come") }
}

extension Datastore: Service {
    /// Builds and removes indexes in the background until the graceful shutdown.
    public func run() async throws { fatalError("to come") }
}

// Transactions that span requests, for clients over a wire.
extension Datastore {
    /// Begins a transaction that ends with `commit(_:in:)` or `rollback(_:)`, or expires.
    public func begin(readOnly: Bool = false) async throws -> TransactionHandle { fatalError("to come") }

    /// The entities of keys as the transaction sees them.
    public func lookup(_ keys: [Key], in handle: TransactionHandle) async throws -> [StoredEntity?] {
        fatalError("to come")
    }

    /// A page of a query's results as the transaction sees them.
    public func run(_ query: Query, in handle: TransactionHandle) async throws -> QueryBatch { fatalError("to come") }

    /// Applies changes when nothing that the transaction read has changed (`aborted`), and ends it.
    @discardableResult
    public func commit(_ mutations: [Mutation], in handle: TransactionHandle) async throws -> [MutationResult] {
        fatalError("to come")
    }

    /// Ends the transaction without changes.
    public func rollback(_ handle: TransactionHandle) async throws { fatalError("to come") }
}
