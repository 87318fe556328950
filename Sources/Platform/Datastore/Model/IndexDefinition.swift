import JSON

/// A composite index as `index.yaml` defines it.
public struct IndexDefinition: Sendable, Hashable {
    /// One property of an index.
    public struct Property: Sendable, Hashable {
        /// The property's name.
        public let name: String
        /// Which end comes first.
        public let direction: PropertyOrder.Direction

        /// Creates a property of an index.
        public init(_ name: String, _ direction: PropertyOrder.Direction = .ascending) {
            self.name = name
            self.direction = direction
        }

        /// Equal when the name's bytes and direction are.
        public static func == (left: Property, right: Property) -> Bool {
            left.name.hasSameBytes(as: right.name) && left.direction == right.direction
        }

        /// Hashes what `==` compares.
        public func hash(into hasher: inout Hasher) {
            hasher.combineBytes(of: name)
            hasher.combine(direction)
        }
    }

    /// The kind whose entities it holds, in every namespace.
    public let kind: String
    /// Whether it serves queries below an ancestor (and only those).
    public let ancestor: Bool
    /// The properties, in order.
    public let properties: [Property]

    /// Creates a definition.
    public init(kind: String, ancestor: Bool = false, properties: [Property]) {
        self.kind = kind
        self.ancestor = ancestor
        self.properties = properties
    }

    /// Equal when the kind's bytes and all else are.
    public static func == (left: IndexDefinition, right: IndexDefinition) -> Bool {
        left.kind.hasSameBytes(as: right.kind) && left.ancestor == right.ancestor
            && left.properties == right.properties
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combineBytes(of: kind)
        hasher.combine(ancestor)
        hasher.combine(properties)
    }
}
