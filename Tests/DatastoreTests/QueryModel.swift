import JSON

@testable import Datastore

/// What the datastore should answer, worked out the slow and obvious way: all entities in a dictionary, every query a
/// walk over them. It shares no code with the engine's encoding, planning or scanning.
struct QueryModel {
    var entities: [Key: Properties] = [:]

    /// The keys of a query's results in their order, without limit, offset and cursors.
    func results(_ query: Query) -> [Key] {
        let equalities = query.filters.filter { $0.comparison == .equal && $0.property != "__key__" }
        let orders = effectiveOrders(query, equalities)
        var found: [(key: Key, position: [Value.Content])] = []
        for (key, properties) in entities where isInScope(key, query) {
            guard let position = position(key, properties, query, equalities, orders) else { continue }
            found.append((key, position))
        }
        found.sort { left, right in
            for (index, order) in orders.enumerated() {
                let comparison = ReferenceOrder.compare(left.position[index], right.position[index])
                if comparison != 0 { return order.direction == .ascending ? comparison < 0 : comparison > 0 }
            }
            return ReferenceOrder.compare(left.key, right.key) < 0
        }
        return found.map(\.key)
    }

    private func isInScope(_ key: Key, _ query: Query) -> Bool {
        guard key.namespace.hasSameBytes(as: query.namespace) else { return false }
        if let kind = query.kind, !kind.hasSameBytes(as: key.kind) { return false }
        if let ancestor = query.ancestor, !key.path.starts(with: ancestor.path) { return false }
        return query.filters.allSatisfy { filter in
            guard filter.property == "__key__", let bound = filter.value.key else { return true }
            return Self.passes(ReferenceOrder.compare(key, bound), filter.comparison)
        }
    }

    private static func passes(_ comparison: Int, _ filter: PropertyFilter.Comparison) -> Bool {
        switch filter {
        case .equal: comparison == 0
        case .lessThan: comparison < 0
        case .lessThanOrEqual: comparison <= 0
        case .greaterThan: comparison > 0
        case .greaterThanOrEqual: comparison >= 0
        }
    }

    /// The orders that count; the property with inequalities comes first when nothing else is said.
    func effectiveOrders(_ query: Query, _ equalities: [PropertyFilter]) -> [PropertyOrder] {
        var orders: [PropertyOrder] = []
        for order in query.orders {
            if equalities.contains(where: { $0.property == order.property }) { continue }
            if orders.contains(where: { $0.property == order.property }) { continue }
            orders.append(order)
        }
        let range = query.filters.first { $0.comparison != .equal && $0.property != "__key__" }
        if let range, orders.isEmpty, !equalities.contains(where: { $0.property == range.property }) {
            orders = [PropertyOrder(range.property)]
        }
        if orders.last == PropertyOrder("__key__") { orders.removeLast() }
        return orders
    }

    private func position(
        _ key: Key, _ properties: Properties, _ query: Query, _ equalities: [PropertyFilter],
        _ orders: [PropertyOrder]
    ) -> [Value.Content]? {
        for filter in equalities {
            let values = Self.values(filter.property, properties)
            guard values.contains(where: { ReferenceOrder.compare($0, filter.value.content) == 0 }) else { return nil }
        }
        let ranges = query.filters.filter { $0.comparison != .equal && $0.property != "__key__" }
        func isInRange(_ value: Value.Content) -> Bool {
            ranges.allSatisfy { Self.passes(ReferenceOrder.compare(value, $0.value.content), $0.comparison) }
        }
        if let range = ranges.first, !Self.values(range.property, properties).contains(where: isInRange) { return nil }
        var position: [Value.Content] = []
        for order in orders {
            if order.property == "__key__" {
                position.append(.key(key))
                continue
            }
            var values = Self.values(order.property, properties)
            if ranges.first?.property == order.property { values = values.filter(isInRange) }
            values.sort { ReferenceOrder.compare($0, $1) < 0 }
            guard let value = order.direction == .ascending ? values.first : values.last else { return nil }
            position.append(value)
        }
        return position
    }

    /// The values of a property that indexes hold.
    static func values(_ name: String, _ properties: Properties) -> [Value.Content] {
        if let value = properties[name] { return flat(value).filter(isIndexable) }
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let outer = properties[String(parts[0])] else { return [] }
        return flat(outer).flatMap { content -> [Value.Content] in
            guard case .entity(let entity) = content else { return [] }
            return values(String(parts[1]), entity.properties)
        }
    }

    private static func flat(_ value: Value) -> [Value.Content] {
        guard !value.excludeFromIndexes else { return [] }
        if case .array(let elements) = value.content { return elements.flatMap(flat) }
        return [value.content]
    }

    private static func isIndexable(_ content: Value.Content) -> Bool {
        switch content {
        case .entity, .array: false
        case .string(let text): text.utf8.count <= 1_500
        case .blob(let bytes): bytes.count <= 1_500
        default: true
        }
    }
}
