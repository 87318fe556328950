import JSON

/// A query as its results depend on it, in one form for all ways of writing it: what matches, and in which order.
struct QueryShape: Sendable {
    /// A property that must have this value among its own.
    struct Equality: Sendable {
        let property: String
        let component: [UInt8]
    }

    let kind: String?
    let namespace: String
    let ancestor: Key?
    private(set) var equalities: [Equality] = []
    /// The bounds of the one property with inequality filters.
    private(set) var bounds: ComponentBounds?
    /// Whether results are ordered by that property first. They are not when an equality fixes it.
    private(set) var boundsOrder = false
    /// The keys that may match, as steps.
    private(set) var keys = ByteRange(lower: [], upper: nil)
    /// The orders that count. Ties go by key, ascending.
    private(set) var orders: [PropertyOrder] = []

    init(_ query: Query) throws(DatastoreError) {
        kind = query.kind
        namespace = query.namespace
        ancestor = query.ancestor
        try Self.check(query)
        if let ancestor { keys = ByteRange(prefix: KeyEncoding.steps(ancestor)) }
        var hasKeyBounds = false
        for filter in query.filters {
            if filter.property == Query.keyProperty {
                try narrowKeys(filter)
                if filter.comparison != .equal { hasKeyBounds = true }
            } else {
                try add(filter)
            }
        }
        guard !hasKeyBounds || bounds == nil else { throw Self.severalInequalities }
        try takeOrders(query, hasKeyBounds: hasKeyBounds)
    }

    private static let severalInequalities = DatastoreError.invalid(
        "only one property may have inequality filters in a query")

    private static func check(_ query: Query) throws(DatastoreError) {
        if let kind = query.kind, !(1...EntityRules.nameLimit).contains(kind.utf8.count) {
            throw .invalid("a kind must have 1 to \(EntityRules.nameLimit) bytes")
        }
        if let ancestor = query.ancestor {
            try EntityRules.check(ancestor)
            guard ancestor.namespace.hasSameBytes(as: query.namespace) else {
                throw .invalid("the ancestor must be in the query's namespace")
            }
        }
        guard query.offset >= 0 else { throw .invalid("offset must not be negative") }
        guard query.limit ?? 0 >= 0 else { throw .invalid("limit must not be negative") }
        for order in query.orders where order.property.isEmpty { throw .invalid("an order must name a property") }
    }

    // MARK: Filters

    private mutating func narrowKeys(_ filter: PropertyFilter) throws(DatastoreError) {
        guard let key = filter.value.key else { throw .invalid("a filter on __key__ must have a key") }
        try EntityRules.check(key)
        guard key.namespace.hasSameBytes(as: namespace) else {
            throw .invalid("the key in a filter on __key__ must be in the query's namespace")
        }
        let path = KeyEncoding.steps(key)
        // The next byte string behind the key itself; its descendants come after it.
        let next = path + [0]
        switch filter.comparison {
        case .equal:
            keys.raise(to: path)
            keys.cut(at: next)
        case .lessThan: keys.cut(at: path)
        case .lessThanOrEqual: keys.cut(at: next)
        case .greaterThan: keys.raise(to: next)
        case .greaterThanOrEqual: keys.raise(to: path)
        }
    }

    private mutating func add(_ filter: PropertyFilter) throws(DatastoreError) {
        guard !filter.property.isEmpty else { throw .invalid("a filter must name a property") }
        if let key = filter.value.key { try EntityRules.check(key) }
        guard let component = ValueEncoding.component(filter.value.content) else {
            throw .invalid("a filter's value must not be an array or an entity")
        }
        guard filter.value.string?.utf8.count ?? filter.value.blob?.count ?? 0 <= ValueEncoding.longestIndexed else {
            throw .invalid("a filter's value may have at most \(ValueEncoding.longestIndexed) bytes")
        }
        guard filter.comparison != .equal else {
            return equalities.append(Equality(property: filter.property, component: component))
        }
        var tightened = bounds ?? ComponentBounds(property: filter.property)
        guard tightened.property.hasSameBytes(as: filter.property) else { throw Self.severalInequalities }
        tightened.add(filter.comparison, component)
        bounds = tightened
    }

    func hasEquality(on property: String) -> Bool {
        equalities.contains { $0.property.hasSameBytes(as: property) }
    }

    // MARK: Orders

    private mutating func takeOrders(_ query: Query, hasKeyBounds: Bool) throws(DatastoreError) {
        for order in query.orders where !hasEquality(on: order.property) {
            guard !orders.contains(where: { $0.property.hasSameBytes(as: order.property) }) else { continue }
            orders.append(order)
            // Keys are unique: nothing behind them counts.
            if order.property == Query.keyProperty { break }
        }
        if let bounds, !hasEquality(on: bounds.property) {
            if orders.isEmpty { orders = [PropertyOrder(bounds.property)] }
            boundsOrder = true
        }
        let inequality = boundsOrder ? bounds?.property : hasKeyBounds ? Query.keyProperty : nil
        if let inequality, let first = orders.first, !first.property.hasSameBytes(as: inequality) {
            throw .invalid("the first order must be on \(inequality), the property with inequality filters")
        }
        // Ascending keys are what ties go by anyway.
        if orders.last == PropertyOrder(Query.keyProperty) { orders.removeLast() }
    }
}

// What matches.
extension QueryShape {
    /// Whether an entity passes all filters on properties, and where it stands in the query's order; nil when not.
    ///
    /// An entity with several values of a property stands where its first value does.
    func order(of key: Key, _ properties: Properties) -> [UInt8]? {
        for equality in equalities {
            let components = ValueEncoding.components(of: equality.property, in: properties)
            guard components.contains(equality.component) else { return nil }
        }
        if let bounds, !boundsOrder {
            guard ValueEncoding.components(of: bounds.property, in: properties).contains(where: bounds.contains) else {
                return nil
            }
        }
        var bytes: [UInt8] = []
        for (position, order) in orders.enumerated() {
            var components = EntryMaker.components(of: order.property, key: key, properties: properties)
            if position == 0, boundsOrder, let bounds { components.removeAll { !bounds.contains($0) } }
            switch order.direction {
            case .ascending:
                guard let first = components.first else { return nil }
                bytes += first
            case .descending:
                guard let last = components.last else { return nil }
                bytes += last.inverted
            }
        }
        return bytes
    }

    /// A number for the query that stays the same in every process; cursors carry it.
    var fingerprint: UInt64 {
        var bytes = OrderedBytes()
        bytes.append(byte: kind == nil ? 0 : 1)
        bytes.append(escaped: (kind ?? "").utf8)
        bytes.append(escaped: namespace.utf8)
        bytes.append(escaped: keys.lower)
        bytes.append(escaped: keys.upper ?? [])
        for equality in equalities.sorted(by: Self.precedes) {
            bytes.append(byte: 2)
            bytes.append(escaped: equality.property.utf8)
            bytes.append(raw: equality.component)
        }
        if let bounds { bounds.feed(&bytes) }
        for order in orders {
            bytes.append(byte: order.direction == .ascending ? 3 : 4)
            bytes.append(escaped: order.property.utf8)
        }
        // FNV-1a
        return bytes.bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
    }

    private static func precedes(_ left: Equality, _ right: Equality) -> Bool {
        left.property.hasSameBytes(as: right.property)
            ? left.component.precedes(right.component) : left.property.precedesInBytes(right.property)
    }
}
