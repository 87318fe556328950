import JSON

/// A property by which results are ordered; entities without an indexed value of it are no results.
public struct PropertyOrder: Sendable, Hashable {
    /// Which end comes first.
    public enum Direction: Sendable, Hashable {
        case ascending
        case descending
    }

    /// The property's name.
    public var property: String
    /// Which end comes first.
    public var direction: Direction

    /// Creates an order.
    public init(_ property: String, _ direction: Direction = .ascending) {
        self.property = property
        self.direction = direction
    }

    /// Equal when the name's bytes and direction are.
    public static func == (left: PropertyOrder, right: PropertyOrder) -> Bool {
        left.property.hasSameBytes(as: right.property) && left.direction == right.direction
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combineBytes(of: property)
        hasher.combine(direction)
    }
}
