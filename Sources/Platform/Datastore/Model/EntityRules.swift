import JSON

/// What keys and entities must be like to be stored.
public enum EntityRules {
    /// The longest kind, name of a key or property, and namespace, in bytes.
    public static let nameLimit = 1_500
    /// How many steps a key's path may have.
    public static let pathLimit = 100
    /// How deep arrays and embedded entities may nest: as deep as the JSON that the services take.
    public static let nestingLimit = 101
    /// How large an entity may be: 1 MiB, and room for the names around a text that fills a request's body.
    public static let sizeLimit = 1_048_576 + 65_536
    /// The smallest and largest id.
    public static let ids: ClosedRange<Int64> = 1...Int64.max

    /// Whether a name is kept for the platform: `__…__`.
    public static func isReserved(_ name: String) -> Bool {
        name.utf8.count >= 4 && name.utf8.starts(with: "__".utf8) && name.utf8.suffix(2).elementsEqual("__".utf8)
    }

    /// Throws `invalidArgument` for a key that cannot name an entity.
    public static func check(_ key: Key, mayBeIncomplete: Bool = false) throws(DatastoreError) {
        guard !key.path.isEmpty else { throw .invalid("a key must have a path of at least one step") }
        guard key.path.count <= pathLimit else { throw .invalid("a key may have at most \(pathLimit) steps") }
        guard key.namespace.utf8.count <= nameLimit else {
            throw .invalid("a namespace may have at most \(nameLimit) bytes")
        }
        for (index, step) in key.path.enumerated() {
            guard (1...nameLimit).contains(step.kind.utf8.count) else {
                throw .invalid("a kind must have 1 to \(nameLimit) bytes")
            }
            switch step.identifier {
            case .id(let id):
                guard ids.contains(id) else { throw .invalid("an id must be greater than 0, not \(id)") }
            case .name(let name):
                guard (1...nameLimit).contains(name.utf8.count) else {
                    throw .invalid("a key's name must have 1 to \(nameLimit) bytes")
                }
            case .incomplete:
                guard mayBeIncomplete, index == key.path.count - 1 else {
                    throw .invalid("the key \(key) must be complete")
                }
            }
        }
    }

    /// Throws `invalidArgument` for an entity that cannot be stored.
    public static func check(_ entity: Entity) throws(DatastoreError) {
        try check(entity.key, mayBeIncomplete: true)
        var size = 0
        for property in entity.properties {
            size += property.name.utf8.count + (try Self.size(of: property.value, depth: 1))
        }
        guard size <= sizeLimit else { throw .invalid("an entity may have at most 1 MiB; this one has \(size) bytes") }
    }

    private static func size(of value: Value, depth: Int) throws(DatastoreError) -> Int {
        guard depth <= nestingLimit else { throw .invalid("values may nest at most \(nestingLimit) deep") }
        switch value.content {
        case .null, .boolean: return 1
        case .integer, .double, .timestamp: return 8
        case .geoPoint: return 16
        case .string(let text): return text.utf8.count + 1
        case .blob(let bytes): return bytes.count + 1
        case .key(let key):
            try check(key)
            return size(of: key)
        case .array(let elements):
            var size = 1
            for element in elements { size += try Self.size(of: element, depth: depth + 1) }
            return size
        case .entity(let entity):
            var size = entity.key.map(Self.size) ?? 0
            for property in entity.properties {
                size += property.name.utf8.count + (try Self.size(of: property.value, depth: depth + 1))
            }
            return size
        }
    }

    private static func size(of key: Key) -> Int {
        key.path.reduce(key.namespace.utf8.count) { size, step in
            if case .name(let name) = step.identifier { return size + step.kind.utf8.count + name.utf8.count }
            return size + step.kind.utf8.count + 8
        }
    }

    /// Throws `invalidArgument` for an entity that a client outside may not store: one of the platform's, or with names
    /// that are empty or reserved.
    public static func checkFromOutside(_ entity: Entity) throws(DatastoreError) {
        try checkFromOutside(entity.key)
        for property in entity.properties { try checkFromOutside(property) }
    }

    /// Throws `invalidArgument` for a key that a client outside may not use.
    public static func checkFromOutside(_ key: Key) throws(DatastoreError) {
        try checkFromOutside(namespace: key.namespace)
        for step in key.path {
            guard !isReserved(step.kind) else { throw .invalid("the kind \(step.kind) is reserved") }
            if case .name(let name) = step.identifier, isReserved(name) {
                throw .invalid("the key name \(name) is reserved")
            }
        }
    }

    /// Throws `invalidArgument` for a namespace that a client outside may not use.
    public static func checkFromOutside(namespace: String) throws(DatastoreError) {
        guard !isReserved(namespace) else { throw .invalid("the namespace \(namespace) is reserved") }
    }

    private static func checkFromOutside(_ property: Properties.Property) throws(DatastoreError) {
        guard (1...nameLimit).contains(property.name.utf8.count) else {
            throw .invalid("a property's name must have 1 to \(nameLimit) bytes")
        }
        guard !isReserved(property.name) else {
            throw .invalid("the property name \(property.name.debugDescription) is reserved")
        }
        try checkFromOutside(property.value)
    }

    private static func checkFromOutside(_ value: Value) throws(DatastoreError) {
        switch value.content {
        case .entity(let entity): for property in entity.properties { try checkFromOutside(property) }
        case .array(let elements): for element in elements { try checkFromOutside(element) }
        default: return
        }
    }
}
