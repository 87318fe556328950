import JSON

/// An index as the datastore keeps it: what callers see of it, and how far its backfill is.
struct Index: Sendable, Hashable {
    let id: Int64
    let definition: IndexDefinition
    let origin: IndexInfo.Origin
    var state: IndexInfo.State
    /// Storage keys before this one are done, while creating.
    var position: [UInt8] = []

    var info: IndexInfo { IndexInfo(id: id, definition: definition, state: state, origin: origin) }

    /// Whether entries are written for entities that are stored now.
    var isMaintained: Bool { state != .deleting }

    /// The property, when the index is on a single one.
    var singleProperty: String? { origin == .composite ? nil : definition.properties.first?.name }
}

// Indexes are kept in the engine's register, as JSON.
extension Index {
    static let registerPrefix = "index/"

    /// Where an entry says that some entity has several entries in an index.
    static func severalRegister(_ id: Int64) -> String { "several-entries/\(id)" }

    var registerName: String { Self.registerPrefix + String(id) }

    var registered: [UInt8] {
        let json: JSONValue = [
            "id": .integer(id), "kind": .string(definition.kind), "ancestor": .boolean(definition.ancestor),
            "properties": .array(
                definition.properties.map { property in
                    ["name": .string(property.name), "descending": .boolean(property.direction == .descending)]
                }),
            "origin": .string(origin.rawValue), "state": .string(state.rawValue),
            "position": .string(Base64.encode(position)),
        ]
        return json.serialized()
    }

    init(registered bytes: [UInt8]) throws(DatastoreError) {
        guard let members = (try? JSONValue(parsing: bytes))?.object,
            let id = members["id"]?.integer, let kind = members["kind"]?.string,
            let ancestor = members["ancestor"]?.boolean, let properties = members["properties"]?.array,
            let origin = members["origin"]?.string.flatMap(IndexInfo.Origin.init(rawValue:)),
            let state = members["state"]?.string.flatMap(IndexInfo.State.init(rawValue:)),
            let position = members["position"]?.string.flatMap(Base64.decode)
        else { throw .corrupt("the description of an index") }
        let parsed = properties.compactMap { property -> IndexDefinition.Property? in
            guard let members = property.object, let name = members["name"]?.string,
                let descending = members["descending"]?.boolean
            else { return nil }
            return .init(name, descending ? .descending : .ascending)
        }
        self.init(
            id: id, definition: IndexDefinition(kind: kind, ancestor: ancestor, properties: parsed), origin: origin,
            state: state, position: position)
    }
}
