/// The indexes that the kinds of hosted services come with.
public struct DeclaredIndexes: Sendable, Hashable {
    /// A property of a kind that queries filter or order by on its own.
    public struct Single: Sendable, Hashable {
        /// The kind.
        public let kind: String
        /// The property's name.
        public let property: String

        /// Creates a declaration.
        public init(kind: String, property: String) {
            self.kind = kind
            self.property = property
        }
    }

    /// Single properties, present at every start.
    public var properties: [Single]
    /// Composite indexes, created once in a data directory's life: what an operator deletes stays deleted.
    public var composites: [IndexDefinition]

    /// Creates declarations.
    public init(properties: [Single] = [], composites: [IndexDefinition] = []) {
        self.properties = properties
        self.composites = composites
    }

    /// Both sets of declarations together, for a daemon that hosts several services.
    public static func + (left: DeclaredIndexes, right: DeclaredIndexes) -> DeclaredIndexes {
        DeclaredIndexes(
            properties: left.properties + right.properties, composites: left.composites + right.composites)
    }
}
