/// An entity as it stands in the datastore.
public struct StoredEntity: Sendable, Hashable {
    /// The entity; without properties when a query asked for keys only.
    public let entity: Entity
    /// The number of the commit that wrote it: larger for later commits, never used twice.
    public let version: Int64
    /// When the entity was first stored.
    public let createTime: Timestamp
    /// When it was last written.
    public let updateTime: Timestamp

    /// Creates a stored entity.
    public init(entity: Entity, version: Int64, createTime: Timestamp, updateTime: Timestamp) {
        self.entity = entity
        self.version = version
        self.createTime = createTime
        self.updateTime = updateTime
    }

    /// The entity's key.
    public var key: Key { entity.key }

    /// The value of a property.
    public subscript(name: String) -> Value? { entity[name] }
}
