/// A key and its properties.
public struct Entity: Sendable, Hashable {
    /// The key; incomplete until an id is allocated.
    public var key: Key
    /// The properties.
    public var properties: Properties

    /// Creates an entity.
    public init(key: Key, properties: Properties = Properties()) {
        self.key = key
        self.properties = properties
    }

    /// The value of a property; setting nil removes it.
    public subscript(name: String) -> Value? {
        get { properties[name] }
        set { properties[name] = newValue }
    }
}
