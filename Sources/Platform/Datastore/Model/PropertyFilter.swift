import JSON

/// A comparison that a property of each result passes.
public struct PropertyFilter: Sendable, Hashable {
    /// The comparison.
    public enum Comparison: Sendable, Hashable {
        case equal
        case lessThan
        case lessThanOrEqual
        case greaterThan
        case greaterThanOrEqual
    }

    /// The property's name; `__key__` for the key, a dotted name for what is inside an embedded entity.
    public var property: String
    /// The comparison.
    public var comparison: Comparison
    /// What to compare with.
    public var value: Value

    /// Creates a filter.
    public init(_ property: String, _ comparison: Comparison, _ value: Value) {
        self.property = property
        self.comparison = comparison
        self.value = value
    }

    /// Equal when the name's bytes, comparison and value are.
    public static func == (left: PropertyFilter, right: PropertyFilter) -> Bool {
        left.property.hasSameBytes(as: right.property) && left.comparison == right.comparison
            && left.value == right.value
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combineBytes(of: property)
        hasher.combine(comparison)
        hasher.combine(value)
    }
}
