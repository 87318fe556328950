@testable import Datastore

/// The order of values, written once more and in another way: by comparing, not by encoding.
enum ReferenceOrder {
    static func compare(_ a: [UInt8], _ b: [UInt8]) -> Int {
        a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
    }

    private static func compare<T: Comparable>(_ a: T, _ b: T) -> Int {
        a < b ? -1 : a == b ? 0 : 1
    }

    private static func rank(_ content: Value.Content) -> Int {
        switch content {
        case .null: 0
        case .integer, .timestamp: 1
        case .boolean: 2
        case .string, .blob: 3
        case .double: 4
        case .geoPoint: 5
        case .key: 6
        case .entity, .array: 7
        }
    }

    static func compare(_ a: Value.Content, _ b: Value.Content) -> Int {
        guard rank(a) == rank(b) else { return compare(rank(a), rank(b)) }
        switch (a, b) {
        case (.boolean(let x), .boolean(let y)): return compare(x ? 1 : 0, y ? 1 : 0)
        case (.double(let x), .double(let y)): return compare(x, y)
        case (.geoPoint(let x), .geoPoint(let y)):
            let latitude = compare(x.latitude, y.latitude)
            return latitude == 0 ? compare(x.longitude, y.longitude) : latitude
        case (.key(let x), .key(let y)): return compare(x, y)
        default: break
        }
        if let x = number(a), let y = number(b) { return compare(x, y) }
        if let x = bytes(a), let y = bytes(b) { return compare(x, y) }
        return 0
    }

    /// NaN comes first.
    private static func compare(_ x: Double, _ y: Double) -> Int {
        if x.isNaN || y.isNaN { return compare(x.isNaN ? 0 : 1, y.isNaN ? 0 : 1) }
        return x < y ? -1 : x == y ? 0 : 1
    }

    private static func number(_ content: Value.Content) -> Int64? {
        switch content {
        case .integer(let value): value
        case .timestamp(let value): value.microseconds
        default: nil
        }
    }

    private static func bytes(_ content: Value.Content) -> [UInt8]? {
        switch content {
        case .string(let value): Array(value.utf8)
        case .blob(let value): value
        default: nil
        }
    }

    static func compare(_ a: Key, _ b: Key) -> Int {
        let namespace = compare(Array(a.namespace.utf8), Array(b.namespace.utf8))
        if namespace != 0 { return namespace }
        for (x, y) in zip(a.path, b.path) {
            let kind = compare(Array(x.kind.utf8), Array(y.kind.utf8))
            if kind != 0 { return kind }
            let identifier = compare(x.identifier, y.identifier)
            if identifier != 0 { return identifier }
        }
        return compare(a.path.count, b.path.count)
    }

    private static func compare(_ a: PathElement.Identifier, _ b: PathElement.Identifier) -> Int {
        switch (a, b) {
        case (.id(let x), .id(let y)): compare(x, y)
        case (.name(let x), .name(let y)): compare(Array(x.utf8), Array(y.utf8))
        case (.id, _): -1
        default: 1
        }
    }
}
