import JSON

/// The value of a property, as Datastore's value model has it.
///
/// Equality is exact: text by its bytes, doubles by their bits, so that whatever was stored can be told from whatever
/// was not. How values order and match in queries is the index encoding's business.
public struct Value: Sendable, Hashable {
    /// What the value is.
    public enum Content: Sendable {
        case null
        case boolean(Bool)
        case integer(Int64)
        case double(Double)
        case timestamp(Timestamp)
        case key(Key)
        case string(String)
        case blob([UInt8])
        case geoPoint(GeoPoint)
        case entity(EmbeddedEntity)
        case array([Value])
    }

    /// What the value is.
    public var content: Content
    /// Whether no index may hold the value, so that no filter or order sees it.
    public var excludeFromIndexes: Bool
    /// The number by which Google's older clients mark what a value means; kept, never interpreted.
    public var meaning: Int32?

    /// Creates a value.
    public init(_ content: Content, excludeFromIndexes: Bool = false, meaning: Int32? = nil) {
        self.content = content
        self.excludeFromIndexes = excludeFromIndexes
        self.meaning = meaning
    }
}

extension Value {
    /// The null value.
    public static let null = Value(.null)
    /// A truth value.
    public static func boolean(_ value: Bool) -> Value { Value(.boolean(value)) }
    /// An integer.
    public static func integer(_ value: Int64) -> Value { Value(.integer(value)) }
    /// A double, NaN and infinities included.
    public static func double(_ value: Double) -> Value { Value(.double(value)) }
    /// An instant.
    public static func timestamp(_ value: Timestamp) -> Value { Value(.timestamp(value)) }
    /// A reference to an entity.
    public static func key(_ value: Key) -> Value { Value(.key(value)) }
    /// A text.
    public static func string(_ value: String, excludeFromIndexes: Bool = false) -> Value {
        Value(.string(value), excludeFromIndexes: excludeFromIndexes)
    }
    /// Bytes.
    public static func blob(_ value: [UInt8], excludeFromIndexes: Bool = false) -> Value {
        Value(.blob(value), excludeFromIndexes: excludeFromIndexes)
    }
    /// A place on earth.
    public static func geoPoint(_ value: GeoPoint) -> Value { Value(.geoPoint(value)) }
    /// An entity inside a property.
    public static func entity(_ value: EmbeddedEntity, excludeFromIndexes: Bool = false) -> Value {
        Value(.entity(value), excludeFromIndexes: excludeFromIndexes)
    }
    /// Several values, each of which an index holds on its own.
    public static func array(_ values: [Value]) -> Value { Value(.array(values)) }
}

/// The value as one of its types. Not to be inlined: the optimizer of Swift 6.3.1 crashes ("outside of lifetime use")
/// in functions of other modules into which it has put `entity["name"]?.string.map`.
extension Value {
    /// The truth value, when it is one.
    @inline(never) public var boolean: Bool? { if case .boolean(let value) = content { value } else { nil } }
    /// The integer, when it is one.
    @inline(never) public var integer: Int64? { if case .integer(let value) = content { value } else { nil } }
    /// The double, when it is one.
    @inline(never) public var double: Double? { if case .double(let value) = content { value } else { nil } }
    /// The instant, when it is one.
    @inline(never) public var timestamp: Timestamp? { if case .timestamp(let value) = content { value } else { nil } }
    /// The key, when it is one.
    @inline(never) public var key: Key? { if case .key(let value) = content { value } else { nil } }
    /// The text, when it is one.
    @inline(never) public var string: String? { if case .string(let value) = content { value } else { nil } }
    /// The bytes, when it is a blob.
    @inline(never) public var blob: [UInt8]? { if case .blob(let value) = content { value } else { nil } }
    /// The embedded entity, when it is one.
    @inline(never) public var entity: EmbeddedEntity? { if case .entity(let value) = content { value } else { nil } }
    /// The elements, when it is an array.
    @inline(never) public var array: [Value]? { if case .array(let value) = content { value } else { nil } }
}

extension Value.Content: Hashable {
    /// Equal when type and bytes are.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let a), .boolean(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.key(let a), .key(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.blob(let a), .blob(let b)): a == b
        case (.geoPoint(let a), .geoPoint(let b)): a == b
        case (.entity(let a), .entity(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        default: false
        }
    }

    /// Hashes what `==` compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .double(let value): hasher.combine(value.bitPattern)
        case .timestamp(let value): hasher.combine(value)
        case .key(let value): hasher.combine(value)
        case .string(let value): hasher.combineBytes(of: value)
        case .blob(let value): hasher.combine(value)
        case .geoPoint(let value): hasher.combine(value)
        case .entity(let value): hasher.combine(value)
        case .array(let value): hasher.combine(value)
        }
    }
}
