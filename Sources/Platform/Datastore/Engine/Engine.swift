/// What the datastore stands on: two ordered tables of bytes (entities and index entries) and a small register, with
/// snapshots and atomic writes. All that is about keys, values, order, indexes and queries happens above it.
public protocol Engine: Sendable {
    /// Runs reads on one snapshot. The closure may run on any thread, and must not keep the snapshot.
    func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T

    /// Runs reads and writes as one atomic unit, one after the other with all other writes, and returns when they are
    /// durable. The closure may be run again, and must not keep the transaction.
    func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T

    /// The same, by an engine whose disk may become full: it refuses what stores then, and goes on with what removes.
    func write<T: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any EngineTransaction) throws -> T
    ) async throws -> T
}

extension Engine {
    /// An engine that has no disk to mind writes whatever it is for.
    public func write<T: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any EngineTransaction) throws -> T
    ) async throws -> T {
        try await write(body)
    }
}

/// What a write is for.
public enum WritePurpose: Sendable, Hashable {
    /// It stores: refused with `diskFull` when the disk is nearly full.
    case storing
    /// It stores what the platform needs to go on, such as the record of the run that calls the purge.
    case essential
    /// It only removes.
    case removing
}

/// Bounds that engines keep.
public enum EngineLimits {
    /// A scan ends early, with at least one row, when the properties of its rows have this many bytes together.
    public static let pageBytes = 8 << 20
}

/// One stored entity, as bytes.
public struct EntityRow: Sendable, Hashable {
    /// The key in its storage order; see `KeyEncoding`.
    public let key: [UInt8]
    /// The number of the commit that wrote it.
    public let version: Int64
    /// When it was first stored, in microseconds since 1970.
    public let createTime: Int64
    /// When it was last written, in microseconds since 1970.
    public let updateTime: Int64
    /// The properties as JSON text in UTF-8; empty where the read left them out.
    public let properties: [UInt8]

    /// Creates a row.
    public init(key: [UInt8], version: Int64, createTime: Int64, updateTime: Int64, properties: [UInt8]) {
        self.key = key
        self.version = version
        self.createTime = createTime
        self.updateTime = updateTime
        self.properties = properties
    }
}

/// One entry of an index, as bytes.
public struct EntryRow: Sendable, Hashable {
    /// The index's number.
    public let index: Int64
    /// The indexed values in their order.
    public let value: [UInt8]
    /// The storage key of the entity.
    public let entity: [UInt8]

    /// Creates an entry.
    public init(index: Int64, value: [UInt8], entity: [UInt8]) {
        self.index = index
        self.value = value
        self.entity = entity
    }
}

/// A range of byte strings: from `lower` (included) to `upper` (excluded), without end where `upper` is nil.
public struct ByteRange: Sendable, Hashable {
    /// The first of the range.
    public var lower: [UInt8]
    /// The first behind the range.
    public var upper: [UInt8]?

    /// Creates a range.
    public init(lower: [UInt8], upper: [UInt8]?) {
        self.lower = lower
        self.upper = upper
    }
}

/// A page of a scan over entries, in the order (value, entity).
public struct EntryScan: Sendable, Hashable {
    /// The index's number.
    public var index: Int64
    /// The values.
    public var values: ByteRange
    /// Whether values come from the last to the first; entities of one value come ascending all the same.
    public var descending: Bool
    /// Where the page before ended: entries up to this one are left out.
    public var after: (value: [UInt8], entity: [UInt8])?
    /// How many entries to return at most.
    public var limit: Int
    /// Whether rows carry properties.
    public var properties: Bool

    /// Creates a page's description.
    public init(
        index: Int64, values: ByteRange, descending: Bool, after: (value: [UInt8], entity: [UInt8])?, limit: Int,
        properties: Bool
    ) {
        self.index = index
        self.values = values
        self.descending = descending
        self.after = after
        self.limit = limit
        self.properties = properties
    }

    /// Equal when all is.
    public static func == (left: EntryScan, right: EntryScan) -> Bool {
        left.index == right.index && left.values == right.values && left.descending == right.descending
            && left.after?.value == right.after?.value && left.after?.entity == right.after?.entity
            && left.limit == right.limit && left.properties == right.properties
    }

    /// Hashes part of what `==` compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(index)
        hasher.combine(values)
    }
}

/// Reads on one snapshot.
public protocol EngineSnapshot {
    /// The entity at a key; without properties unless asked for.
    func entity(at key: [UInt8], properties: Bool) throws -> EntityRow?

    /// Up to `limit` entities of a range in the order of their keys, or in the opposite order.
    func entities(in range: ByteRange, descending: Bool, limit: Int, properties: Bool) throws -> [EntityRow]

    /// A page of entries with the entities to which they belong.
    func entries(_ scan: EntryScan) throws -> [(value: [UInt8], entity: EntityRow)]

    /// How many entities are in a range, counting at most `limit` of them, and the last key counted.
    func countEntities(in range: ByteRange, limit: Int) throws -> (count: Int, last: [UInt8]?)

    /// How many entries of an index are in a range behind a place, counting at most `limit` of them, and the place of the
    /// last one counted when there were so many.
    func countEntries(
        index: Int64, in range: ByteRange, after: (value: [UInt8], entity: [UInt8])?, limit: Int
    ) throws -> (count: Int, last: (value: [UInt8], entity: [UInt8])?)

    /// What the register holds under a name.
    func register(_ name: String) throws -> [UInt8]?

    /// All that the register holds under names that begin with a prefix, in the order of their names' bytes.
    func registers(prefix: String) throws -> [(name: String, value: [UInt8])]
}

/// Reads and writes of one atomic unit.
public protocol EngineTransaction: EngineSnapshot {
    /// Stores an entity at a key where there is none; false when there is one.
    func insert(_ row: EntityRow) throws -> Bool

    /// Replaces the entity at a key.
    func replace(_ row: EntityRow) throws

    /// Removes entities; keys without one are passed over.
    func deleteEntities(_ keys: [[UInt8]]) throws

    /// Adds entries; those that are there already stay.
    func insertEntries(_ entries: [EntryRow]) throws

    /// Removes entries; those that are not there are passed over.
    func deleteEntries(_ entries: [EntryRow]) throws

    /// Removes up to `limit` entities of a range, with nothing else.
    ///
    /// - Returns: how many were removed.
    func deleteEntities(in range: ByteRange, limit: Int) throws -> Int

    /// Removes up to `limit` entries of a range, and the entities to which they belong.
    ///
    /// Only right where each of these entities has no entry but this one.
    /// - Returns: how many were removed.
    func deleteEntriesAndEntities(index: Int64, in range: ByteRange, limit: Int) throws -> Int

    /// Removes up to `limit` entries of an index.
    ///
    /// - Returns: how many were removed.
    func deleteEntries(index: Int64, limit: Int) throws -> Int

    /// Puts a value into the register, or removes it with nil.
    func setRegister(_ name: String, _ value: [UInt8]?) throws
}
