import Logging
public import ServiceLifecycle

// Indexes.
extension Datastore {
    /// All indexes, by id.
    public func indexes() -> [IndexInfo] {
        indexer.catalogue.indexes.values.map(\.info).sorted { $0.id < $1.id }
    }

    /// Defines a composite index. It is `creating` until the entities that are there already are in it; without any it
    /// is `ready` at once.
    ///
    /// - Throws: `alreadyExists`; `invalidArgument` for a definition that cannot be.
    @discardableResult
    public func createIndex(_ definition: IndexDefinition) async throws -> IndexInfo {
        try Self.validate(definition)
        guard indexer.catalogue.indexes.values.count(where: { $0.origin == .composite }) < Indexer.compositeLimit else {
            throw DatastoreError(
                .resourceExhausted, "there may be at most \(Indexer.compositeLimit) composite indexes: delete some")
        }
        let (index, isNew) = try await indexer.create(definition, origin: .composite)
        guard isNew else {
            throw DatastoreError(.alreadyExists, "the index exists already: it is number \(index.id)")
        }
        return index.info
    }

    /// Throws `invalidArgument` for a definition that cannot be.
    public static func validate(_ definition: IndexDefinition) throws {
        guard (1...EntityRules.nameLimit).contains(definition.kind.utf8.count) else {
            throw DatastoreError.invalid("an index must have a kind of 1 to \(EntityRules.nameLimit) bytes")
        }
        // One property in ascending or descending order, without ancestor, is what the built-in indexes are for.
        guard definition.properties.count >= (definition.ancestor ? 1 : 2) else {
            throw DatastoreError.invalid("a composite index must have two properties, or one and an ancestor")
        }
        guard definition.properties.count <= 100 else {
            throw DatastoreError.invalid("a composite index may have at most 100 properties")
        }
        for property in definition.properties
        where !(1...EntityRules.nameLimit).contains(property.name.utf8.count) {
            throw DatastoreError.invalid("an index's property must have a name of 1 to \(EntityRules.nameLimit) bytes")
        }
        guard Set(definition.properties.map { ByteText($0.name) }).count == definition.properties.count else {
            throw DatastoreError.invalid("an index must not have a property twice")
        }
    }

    /// Removes an index; queries that need it fail from now on. Its entries go in the background.
    ///
    /// - Throws: `notFound`.
    public func deleteIndex(_ id: Int64) async throws {
        try await indexer.beginRemoving(id)
    }
}

extension Datastore: Service {
    /// How long to wait after a piece of work has failed.
    private static let pause = Duration.seconds(1)

    /// Builds and removes indexes in the background until the graceful shutdown.
    public func run() async throws {
        for await _ in indexer.wake.cancelOnGracefulShutdown() {
            await work()
        }
    }

    /// Works until there is nothing to do. What fails (a full disk) is tried again.
    private func work() async {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                guard try await indexer.step() else { return }
            } catch {
                logger.warning("building an index failed, trying again", metadata: ["error": "\(error)"])
                try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
            }
        }
    }
}
