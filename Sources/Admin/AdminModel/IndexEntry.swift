/// The definition of a composite index, also the body of `POST /admin/v1/datastore/indexes`.
public struct IndexBody: Codable, Sendable, Hashable {
    /// One property and its direction.
    public struct Property: Codable, Sendable, Hashable {
        /// The property's name.
        public let name: String
        /// `asc` or `desc`; nil means `asc`.
        public let direction: String?

        /// Creates a property.
        public init(name: String, direction: String?) {
            self.name = name
            self.direction = direction
        }
    }

    /// The kind that is indexed.
    public let kind: String
    /// Whether the index serves ancestor queries; nil means no.
    public let ancestor: Bool?
    /// The properties in their order.
    public let properties: [Property]

    /// Creates a definition.
    public init(kind: String, ancestor: Bool?, properties: [Property]) {
        self.kind = kind
        self.ancestor = ancestor
        self.properties = properties
    }
}

/// One index.
public struct IndexEntry: Codable, Sendable, Hashable {
    /// The index's id.
    public let id: String
    /// The kind that is indexed.
    public let kind: String
    /// Whether the index serves ancestor queries.
    public let ancestor: Bool
    /// The properties in their order.
    public let properties: [IndexBody.Property]
    /// `CREATING`, `READY` or `DELETING`.
    public let state: String
    /// `composite` (an operator's), `declared` (a service's) or `registered` (after a query that had to scan).
    public let origin: String

    /// Creates an index's description.
    public init(
        id: String, kind: String, ancestor: Bool, properties: [IndexBody.Property], state: String, origin: String
    ) {
        self.id = id
        self.kind = kind
        self.ancestor = ancestor
        self.properties = properties
        self.state = state
        self.origin = origin
    }
}

/// The answer of `GET /admin/v1/datastore/indexes`.
public struct IndexList: Codable, Sendable, Hashable {
    /// The indexes, by id.
    public let indexes: [IndexEntry]

    /// Creates a list.
    public init(indexes: [IndexEntry]) {
        self.indexes = indexes
    }
}
