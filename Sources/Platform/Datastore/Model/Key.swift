import JSON

/// The name of an entity: a namespace and a path of (kind, id or name) steps, whose last step is the entity itself and
/// whose earlier steps are its ancestors.
public struct Key: Sendable, Hashable {
    /// The namespace of the platform's own entities, which no outside call may read or write.
    public static let platformNamespace = "__trivet__"

    /// The namespace; the default one is empty.
    public let namespace: String
    /// The steps, at least one in a valid key; only the last may be incomplete.
    public let path: [PathElement]

    /// Creates a key from its steps.
    public init(path: [PathElement], namespace: String = "") {
        self.namespace = namespace
        self.path = path
    }

    /// Creates a key with an id. A parent gives its namespace and path.
    public init(_ kind: String, id: Int64, namespace: String = "", parent: Key? = nil) {
        self.init(PathElement(kind, .id(id)), namespace, parent)
    }

    /// Creates a key with a name. A parent gives its namespace and path.
    public init(_ kind: String, name: String, namespace: String = "", parent: Key? = nil) {
        self.init(PathElement(kind, .name(name)), namespace, parent)
    }

    /// Creates a key whose id is allocated when its entity is stored. A parent gives its namespace and path.
    public init(incomplete kind: String, namespace: String = "", parent: Key? = nil) {
        self.init(PathElement(kind, .incomplete), namespace, parent)
    }

    private init(_ last: PathElement, _ namespace: String, _ parent: Key?) {
        self.init(path: (parent?.path ?? []) + [last], namespace: parent?.namespace ?? namespace)
    }

    /// Equal when namespace and path are, by their bytes.
    public static func == (left: Key, right: Key) -> Bool {
        left.path == right.path && left.namespace.hasSameBytes(as: right.namespace)
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combineBytes(of: namespace)
        hasher.combine(path)
    }
}

extension Key {
    /// The kind of the entity; empty when the path is.
    public var kind: String { path.last?.kind ?? "" }
    /// The id, when the last step has one.
    public var id: Int64? { if case .id(let id)? = path.last?.identifier { id } else { nil } }
    /// The name, when the last step has one.
    public var name: String? { if case .name(let name)? = path.last?.identifier { name } else { nil } }
    /// Whether the last step has an id or a name.
    public var isComplete: Bool { path.last.map { $0.identifier != .incomplete } ?? false }
    /// Whether this is one of the platform's own entities.
    public var isPlatform: Bool { namespace.hasSameBytes(as: Self.platformNamespace) }
    /// The key of the nearest ancestor.
    public var parent: Key? {
        path.count > 1 ? Key(path: Array(path.dropLast()), namespace: namespace) : nil
    }

    /// The same key with an id in its last step.
    public func completed(with id: Int64) -> Key {
        Key(path: path.dropLast() + [PathElement(kind, .id(id))], namespace: namespace)
    }
}

extension Key: CustomStringConvertible {
    /// For messages: `Parent(name: "p")/Message(id: 5)`.
    public var description: String {
        path.map { step in
            switch step.identifier {
            case .id(let id): "\(step.kind)(id: \(id))"
            case .name(let name): "\(step.kind)(name: \(name.debugDescription))"
            case .incomplete: "\(step.kind)(incomplete)"
            }
        }.joined(separator: "/")
    }
}
