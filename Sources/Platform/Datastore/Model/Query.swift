/// What to find: entities of a kind, below an ancestor, whose properties pass filters, in an order.
public struct Query: Sendable, Hashable {
    /// The kind, or nil for all kinds, when only an ancestor and filters on `__key__` may narrow the search.
    public var kind: String?
    /// The namespace; an ancestor's must be the same.
    public var namespace: String
    /// The entity below which (itself included) to search.
    public var ancestor: Key?
    /// The filters, all of which must pass.
    public var filters: [PropertyFilter]
    /// The orders, the first of which counts most; ties go by key.
    public var orders: [PropertyOrder]
    /// Whether results carry keys without properties.
    public var keysOnly: Bool
    /// How many results to return at most; nil for all.
    public var limit: Int?
    /// How many results to skip, after the start cursor.
    public var offset: Int
    /// Where to start: after this cursor's result.
    public var start: Cursor?
    /// Where to end: with this cursor's result.
    public var end: Cursor?

    /// The name by which filters and orders speak of the key.
    public static let keyProperty = "__key__"

    /// Creates a query.
    public init(
        kind: String?, namespace: String = "", ancestor: Key? = nil, filters: [PropertyFilter] = [],
        orders: [PropertyOrder] = [], keysOnly: Bool = false, limit: Int? = nil, offset: Int = 0,
        start: Cursor? = nil, end: Cursor? = nil
    ) {
        self.kind = kind
        self.namespace = namespace
        self.ancestor = ancestor
        self.filters = filters
        self.orders = orders
        self.keysOnly = keysOnly
        self.limit = limit
        self.offset = offset
        self.start = start
        self.end = end
    }
}
