/// What the closure of a transaction works with. It lives as long as the closure's call.
public final class Transaction {
    init() {}

    /// The entity of a key: as this transaction wrote it, else as its snapshot has it.
    public func get(_ key: Key) throws -> Entity? { fatalError("to come") }

    /// A page of a query's results on the snapshot; the transaction's own writes do not show.
    public func query(_ query: Query) throws -> QueryBatch { fatalError("to come") }

    /// Stores an entity, whether it exists or not, and returns its complete key.
    @discardableResult
    public func put(_ entity: Entity) throws -> Key { fatalError("to come") }

    /// Stores an entity that must not exist (`alreadyExists`), and returns its complete key.
    @discardableResult
    public func insert(_ entity: Entity) throws -> Key { fatalError("to come") }

    /// Replaces an entity that must exist (`notFound`).
    public func update(_ entity: Entity) throws { fatalError("to come") }

    /// Removes an entity, if it exists.
    public func delete(_ key: Key) throws { fatalError("to come") }
}
