/// A change made ready for the writer: checked, encoded, its entries made.
struct PreparedWrite: Sendable {
    enum Operation: Sendable {
        case insert
        case update
        case upsert
        case delete
    }

    let operation: Operation
    let key: Key
    let storage: [UInt8]
    let allocatedID: Bool
    let baseVersion: Int64?
    let properties: Properties
    /// The properties' JSON; empty for a delete.
    let json: [UInt8]
    /// The entries in the indexes of the catalogue's generation; made again when that has passed.
    var entries: [EntryRow]
    var generation: Int

    /// Makes a change ready.
    ///
    /// - Parameter id: the id for an incomplete key.
    init(_ mutation: Mutation, id: Int64?, catalogue: IndexCatalogue) throws(DatastoreError) {
        let mutationKey = mutation.key
        key = id.map(mutationKey.completed) ?? mutationKey
        storage = KeyEncoding.storage(key)
        allocatedID = id != nil
        baseVersion = mutation.baseVersion
        generation = catalogue.generation
        switch mutation.operation {
        case .insert(let entity): (operation, properties) = (.insert, entity.properties)
        case .update(let entity): (operation, properties) = (.update, entity.properties)
        case .upsert(let entity): (operation, properties) = (.upsert, entity.properties)
        case .delete: (operation, properties) = (.delete, Properties())
        }
        guard case .delete = operation else {
            json = properties.serialized()
            entries = try EntryMaker.entries(
                key: key, storage: storage, properties: properties, indexes: catalogue.maintained(for: key.kind))
            return
        }
        (json, entries) = ([], [])
    }

    /// Throws `invalidArgument` for a change that cannot be made.
    static func check(_ mutation: Mutation) throws(DatastoreError) {
        switch mutation.operation {
        case .insert(let entity), .upsert(let entity): try EntityRules.check(entity)
        case .update(let entity):
            try EntityRules.check(entity)
            try EntityRules.check(entity.key)
        case .delete(let key): try EntityRules.check(key)
        }
    }

    /// Makes the entries again if indexes have come or gone.
    mutating func refresh(_ catalogue: IndexCatalogue) throws(DatastoreError) {
        guard generation != catalogue.generation, operation != .delete else { return }
        generation = catalogue.generation
        entries = try EntryMaker.entries(
            key: key, storage: storage, properties: properties, indexes: catalogue.maintained(for: key.kind))
    }
}
