import JSON
import Logging
import Synchronization

/// Keeps the indexes: which there are, and the work of building and removing them.
///
/// An index comes to be in this order: its description is durable; writers see it and write its entries; then the
/// entities that were there before are added, chunk by chunk, each chunk one write that also notes how far it is. So no
/// entity is missed, whatever is stored meanwhile, and after a crash the work goes on where it stood. Only then do
/// queries use it. Removing goes the other way: queries and writers first leave it alone, then its entries go.
final class Indexer: Sendable {
    /// How many indexes queries may register for one kind; behind that they scan.
    static let registeredLimit = 64
    /// How many composite indexes there may be.
    static let compositeLimit = 200

    private static let nextIDRegister = "next-index"
    private static let declaredPrefix = "declared/"

    let engine: any Engine
    let metrics: OperationMetrics
    let logger: Logger
    private let state: Mutex<IndexCatalogue>
    private let wanted = Mutex<Set<Wanted>>([])
    /// Says that there may be work.
    let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    private struct Wanted: Hashable {
        let kind: ByteText
        let property: ByteText
    }

    init(engine: any Engine, metrics: OperationMetrics, logger: Logger) async throws {
        self.engine = engine
        self.metrics = metrics
        self.logger = logger
        var catalogue = IndexCatalogue()
        for register in try await engine.read({ try $0.registers(prefix: Index.registerPrefix) }) {
            catalogue.set(try Index(registered: register.value))
        }
        state = Mutex(catalogue)
        (wake, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        waker.yield()
    }

    /// The indexes as they are now.
    var catalogue: IndexCatalogue { state.withLock { $0 } }

    func publish(_ index: Index) { state.withLock { $0.set(index) } }
    /// Unless its removal was published in the meantime: writes end in one order, their tasks go on in another.
    func publishReady(_ index: Index) {
        state.withLock { if $0.indexes[index.id]?.state == .creating { $0.set(index) } }
    }
    func unpublish(_ id: Int64) { state.withLock { $0.remove(id) } }

    // MARK: Creating

    /// Brings declared indexes into being: single properties at every start, composite ones once for all.
    func declare(_ declared: DeclaredIndexes) async throws {
        for single in declared.properties where catalogue.single(single.kind, single.property) == nil {
            let definition = IndexDefinition(kind: single.kind, properties: [.init(single.property)])
            try await create(definition, origin: .declared)
        }
        for definition in declared.composites {
            let name = Self.declaredPrefix + definition.yaml
            guard try await engine.read({ try $0.register(name) }) == nil else { continue }
            if catalogue.composite(definition) == nil {
                try await create(definition, origin: .composite, noting: name)
            } else {
                try await engine.write { try $0.setRegister(name, [1]) }
            }
        }
    }

    /// Creates an index; without entities of its kind it is ready at once.
    ///
    /// - Returns: the index, and whether it was created: somebody else may have been faster.
    @discardableResult
    func create(
        _ definition: IndexDefinition, origin: IndexInfo.Origin, noting note: String? = nil
    ) async throws -> (index: Index, isNew: Bool) {
        let (index, isNew) = try await engine.write { transaction in
            if let existing = try Self.existing(definition, origin, transaction) { return (existing, false) }
            let next = try transaction.register(Self.nextIDRegister)
            let id = next.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 1
            let index = Index(id: id, definition: definition, origin: origin, state: .creating)
            try transaction.setRegister(Self.nextIDRegister, Array(String(id + 1).utf8))
            try transaction.setRegister(index.registerName, index.registered)
            if let note { try transaction.setRegister(note, [1]) }
            return (index, true)
        }
        guard isNew else { return (index, false) }
        publish(index)
        waker.yield()
        do {
            _ = try await backfill(index.id)
        } catch {
            // The index is there all the same, and its building goes on in the background.
            logger.warning("building index \(index.id) failed, to be tried again", metadata: ["error": "\(error)"])
        }
        return (catalogue.indexes[index.id] ?? index, true)
    }

    /// The index of the same definition and sort, if there is one that is not being removed.
    private static func existing(
        _ definition: IndexDefinition, _ origin: IndexInfo.Origin, _ transaction: any EngineTransaction
    ) throws -> Index? {
        try transaction.registers(prefix: Index.registerPrefix).map { try Index(registered: $0.value) }.first { index in
            index.definition == definition && index.isMaintained
                && (index.origin == .composite) == (origin == .composite)
        }
    }

    /// Notes that a query would like an index on a property.
    func register(_ kind: String, _ property: String) {
        guard catalogue.single(kind, property) == nil else { return }
        wanted.withLock { _ = $0.insert(Wanted(kind: ByteText(kind), property: ByteText(property))) }
        waker.yield()
    }

    func createRegistered() async throws {
        let properties = wanted.withLock { wanted in
            defer { wanted = [] }
            return wanted
        }
        for wanted in properties {
            let (kind, property) = (wanted.kind.text, wanted.property.text)
            let registered = catalogue.maintained(for: kind).count { $0.origin == .registered }
            guard catalogue.single(kind, property) == nil, registered < Self.registeredLimit else { continue }
            logger.info("indexing a property for a query", metadata: ["kind": "\(kind)", "property": "\(property)"])
            try await create(IndexDefinition(kind: kind, properties: [.init(property)]), origin: .registered)
        }
    }

    // MARK: Removing

    /// Lets queries and writers leave an index alone, durably; its entries go later.
    func beginRemoving(_ id: Int64) async throws {
        let removed = try await engine.write(for: .removing) { transaction in
            guard let bytes = try transaction.register(Index.registerPrefix + String(id)) else {
                throw DatastoreError(.notFound, "there is no index \(id)")
            }
            var index = try Index(registered: bytes)
            index.state = .deleting
            try transaction.setRegister(index.registerName, index.registered)
            return index
        }
        publish(removed)
        waker.yield()
    }
}
