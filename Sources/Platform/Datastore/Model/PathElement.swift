import JSON

/// One step of a key's path: a kind, and the id or name of an entity of that kind.
public struct PathElement: Sendable, Hashable {
    /// What tells the entities of one kind and parent apart.
    public enum Identifier: Sendable {
        /// A number from 1 to 2^63 - 1; those that Trivet hands out stay below 2^53.
        case id(Int64)
        /// A name of 1 to 1,500 bytes, compared by its bytes.
        case name(String)
        /// Not chosen yet: storing the entity allocates an id.
        case incomplete
    }

    /// The kind, 1 to 1,500 bytes, compared by its bytes.
    public let kind: String
    /// The id or name.
    public let identifier: Identifier

    /// Creates a step.
    public init(_ kind: String, _ identifier: Identifier) {
        self.kind = kind
        self.identifier = identifier
    }

    /// Equal when the bytes of kind and identifier are.
    public static func == (left: PathElement, right: PathElement) -> Bool {
        left.identifier == right.identifier && left.kind.hasSameBytes(as: right.kind)
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combineBytes(of: kind)
        hasher.combine(identifier)
    }
}

extension PathElement.Identifier: Hashable {
    /// Equal when both are the same id, the same bytes, or incomplete.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.id(let a), .id(let b)): a == b
        case (.name(let a), .name(let b)): a.hasSameBytes(as: b)
        case (.incomplete, .incomplete): true
        default: false
        }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .id(let id): hasher.combine(id)
        case .name(let name): hasher.combineBytes(of: name)
        case .incomplete: hasher.combine(false)
        }
    }
}
