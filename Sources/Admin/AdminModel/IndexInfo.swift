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

/// One composite index.
public struct IndexInfo: Codable, Sendable, Hashable {
    /// The index's id.
    public let id: String
    /// The kind that is indexed.
    public let kind: String
    /// Whether the index serves ancestor queries.
    public let ancestor: Bool
    /// The properties in their order.
    public let properties: [IndexBody.Property]
    /// `CREATING` or `READY`.
    public let state: String

    /// Creates an index's description.
    public init(id: String, kind: String, ancestor: Bool, properties: [IndexBody.Property], state: String) {
        self.id = id
        self.kind = kind
        self.ancestor = ancestor
        self.properties = properties
        self.state = state
    }
}

/// The answer of `GET /admin/v1/datastore/indexes`.
public struct IndexList: Codable, Sendable, Hashable {
    /// All composite indexes.
    public let indexes: [IndexInfo]

    /// Creates a list.
    public init(indexes: [IndexInfo]) {
        self.indexes = indexes
    }
}
