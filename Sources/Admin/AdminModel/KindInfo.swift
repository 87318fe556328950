/// One kind of the datastore.
public struct KindInfo: Codable, Sendable, Hashable {
    /// The kind's name.
    public let kind: String
    /// How many entities it has.
    public let count: Int64

    /// Creates a kind's description.
    public init(kind: String, count: Int64) {
        self.kind = kind
        self.count = count
    }
}

/// The answer of `GET /admin/v1/datastore/kinds`.
public struct KindList: Codable, Sendable, Hashable {
    /// The namespace that was asked about; empty is the default one.
    public let namespace: String
    /// The kinds, by name.
    public let kinds: [KindInfo]

    /// Creates a list.
    public init(namespace: String, kinds: [KindInfo]) {
        self.namespace = namespace
        self.kinds = kinds
    }
}
