@testable import Datastore

/// Entities and queries over few kinds, keys and values, so that they often meet.
extension SeededGenerator {
    static let kinds = ["A", "B", "A\0"]
    static let properties = ["p", "q", "r", "e.p"]

    mutating func smallKey() -> Key {
        let namespace = chance(10) ? "n" : ""
        let parent = chance(40) ? smallStep(Key("P", id: 1, namespace: namespace)) : nil
        return smallLast(pick(Self.kinds), namespace, parent)
    }

    private mutating func smallStep(_ key: Key) -> Key {
        switch below(4) {
        case 0: key
        case 1: Key("P", name: "a", namespace: key.namespace)
        case 2: Key("P", name: "a\0", namespace: key.namespace)
        default: Key("A", id: 2, parent: key)
        }
    }

    private mutating func smallLast(_ kind: String, _ namespace: String, _ parent: Key?) -> Key {
        chance(70)
            ? Key(kind, id: Int64(1 + below(12)), namespace: namespace, parent: parent)
            : Key(kind, name: pick(["a", "a\0", "ab", "é", "e\u{301}"]), namespace: namespace, parent: parent)
    }

    mutating func ancestor(_ namespace: String) -> Key {
        pick([
            Key("P", id: 1, namespace: namespace), Key("P", name: "a", namespace: namespace),
            Key("P", name: "a\0", namespace: namespace), Key("A", id: 2, namespace: namespace),
            Key("A", id: 2, parent: Key("P", id: 1, namespace: namespace)),
        ])
    }

    mutating func scalar() -> Value {
        switch below(12) {
        case 0: .null
        case 1: .timestamp(Timestamp(microseconds: Int64(below(3))))
        case 2: .boolean(chance(50))
        case 3: .string(pick(["", "a", "a\0", "a\0b", "b", "é", "e\u{301}"]))
        case 4: .blob(pick([[], [0], [0x61], [0xFF], [0xFF, 0xFF]]))
        case 5: .double(pick([0, -0.0, 1.5, -1, .nan, .infinity, -.infinity]))
        case 6: .geoPoint(GeoPoint(latitude: Double(below(2)), longitude: Double(below(2))))
        case 7: .key(ancestor(""))
        default: .integer(Int64(below(6)) - 2)
        }
    }

    mutating func smallValue() -> Value {
        switch below(20) {
        case 0...3: .array((0..<below(4)).map { _ in scalar() })
        case 4: Value(scalar().content, excludeFromIndexes: true)
        case 5: .string(String(repeating: "l", count: 1_600))
        default: scalar()
        }
    }

    mutating func smallProperties() -> Properties {
        var properties = Properties()
        for name in ["p", "q", "r"] where chance(75) { properties[name] = smallValue() }
        if chance(30) { properties["e"] = .entity(EmbeddedEntity(properties: ["p": smallValue()])) }
        return properties
    }

    mutating func smallEntity() -> Entity {
        Entity(key: smallKey(), properties: smallProperties())
    }

    mutating func direction() -> PropertyOrder.Direction { chance(60) ? .ascending : .descending }

    /// A query that Datastore's rules allow.
    mutating func query() -> Query {
        let namespace = chance(10) ? "n" : ""
        var query = Query(kind: pick(Self.kinds), namespace: namespace)
        if chance(25) { query.ancestor = ancestor(namespace) }
        if chance(8) {
            query.kind = nil
            if chance(50) { query.filters = [keyFilter(namespace)] }
            return query
        }
        for _ in 0..<pick([0, 0, 1, 1, 2]) {
            query.filters.append(PropertyFilter(pick(Self.properties), .equal, scalar()))
        }
        if chance(15) {
            query.filters.append(keyFilter(namespace))
            if query.filters.last?.comparison != .equal {
                if chance(40) { query.orders = [PropertyOrder("__key__", direction())] }
                return query
            }
        }
        addOrders(&query)
        return query
    }

    private mutating func addOrders(_ query: inout Query) {
        let ranged = chance(40) ? pick(Self.properties) : nil
        if let ranged {
            query.filters.append(PropertyFilter(ranged, pick([.greaterThan, .greaterThanOrEqual]), scalar()))
            if chance(50) {
                query.filters.append(PropertyFilter(ranged, pick([.lessThan, .lessThanOrEqual]), scalar()))
            }
            let isFixed = query.filters.contains { $0.property == ranged && $0.comparison == .equal }
            if !isFixed, chance(60) { query.orders.append(PropertyOrder(ranged, direction())) }
            if query.orders.isEmpty { return }
        }
        for _ in 0..<pick([0, 0, 1, 2]) { query.orders.append(PropertyOrder(pick(Self.properties), direction())) }
        if chance(10) { query.orders.append(PropertyOrder("__key__", direction())) }
    }

    private mutating func keyFilter(_ namespace: String) -> PropertyFilter {
        PropertyFilter(
            "__key__", pick([.equal, .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual]),
            .key(chance(50) ? ancestor(namespace) : Key("A", id: Int64(1 + below(12)), namespace: namespace)))
    }
}
