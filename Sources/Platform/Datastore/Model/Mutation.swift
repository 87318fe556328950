/// One change within a commit.
public struct Mutation: Sendable, Hashable {
    /// What to do.
    public enum Operation: Sendable, Hashable {
        /// Store an entity that must not exist.
        case insert(Entity)
        /// Replace an entity that must exist.
        case update(Entity)
        /// Store an entity, whether it exists or not.
        case upsert(Entity)
        /// Remove an entity, if it exists.
        case delete(Key)
    }

    /// What to do.
    public var operation: Operation
    /// When given: the version that the entity must have (0: it must not exist), else the mutation is not applied and
    /// its result says that a conflict was detected.
    public var baseVersion: Int64?

    /// Creates a change.
    public init(_ operation: Operation, baseVersion: Int64? = nil) {
        self.operation = operation
        self.baseVersion = baseVersion
    }

    /// Stores an entity that must not exist.
    public static func insert(_ entity: Entity) -> Mutation { Mutation(.insert(entity)) }
    /// Replaces an entity that must exist.
    public static func update(_ entity: Entity) -> Mutation { Mutation(.update(entity)) }
    /// Stores an entity, whether it exists or not.
    public static func upsert(_ entity: Entity) -> Mutation { Mutation(.upsert(entity)) }
    /// Removes an entity, if it exists.
    public static func delete(_ key: Key) -> Mutation { Mutation(.delete(key)) }

    /// Whether the change only removes.
    var isDelete: Bool {
        if case .delete = operation { true } else { false }
    }

    /// The key that the change is about.
    public var key: Key {
        switch operation {
        case .insert(let entity), .update(let entity), .upsert(let entity): entity.key
        case .delete(let key): key
        }
    }
}

/// What became of one change.
public struct MutationResult: Sendable, Hashable {
    /// The entity's key, complete.
    public let key: Key
    /// Whether the key's id was allocated by this commit.
    public let allocatedID: Bool
    /// The commit's version, or with a detected conflict the version that the entity has (0: none).
    public let version: Int64
    /// When the entity was first stored; nil for a delete.
    public let createTime: Timestamp?
    /// When it was last written; nil for a delete.
    public let updateTime: Timestamp?
    /// Whether `baseVersion` did not hold, so that nothing was changed.
    public let conflictDetected: Bool

    /// Creates a result.
    public init(
        key: Key, allocatedID: Bool, version: Int64, createTime: Timestamp?, updateTime: Timestamp?,
        conflictDetected: Bool
    ) {
        self.key = key
        self.allocatedID = allocatedID
        self.version = version
        self.createTime = createTime
        self.updateTime = updateTime
        self.conflictDetected = conflictDetected
    }
}
