/// An entity that is the value of a property. Queries reach its properties by dotted names (`address.city`).
public struct EmbeddedEntity: Sendable, Hashable {
    /// A key, which need not exist and may be incomplete.
    public var key: Key?
    /// The properties.
    public var properties: Properties

    /// Creates an embedded entity.
    public init(key: Key? = nil, properties: Properties = Properties()) {
        self.key = key
        self.properties = properties
    }
}
