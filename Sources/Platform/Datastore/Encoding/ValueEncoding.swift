/// Values as one component of an index entry.
///
/// The first byte is the class, in Datastore's order: null, integers and timestamps (one class: a timestamp is its
/// microseconds), booleans, blobs and strings (one class, by bytes), doubles, geo points, keys. Arrays have a component
/// for each element; embedded entities have none, their properties are reached by dotted names.
enum ValueEncoding {
    /// Texts and blobs longer than this are stored but not indexed.
    static let longestIndexed = 1_500

    private enum Class {
        static let null: UInt8 = 0x08
        static let integer: UInt8 = 0x10
        static let boolean: UInt8 = 0x18
        static let bytes: UInt8 = 0x20
        static let double: UInt8 = 0x28
        static let geoPoint: UInt8 = 0x30
        static let key: UInt8 = 0x38
    }

    /// The component of a value, whatever its size; nil for arrays and embedded entities.
    static func component(_ content: Value.Content) -> [UInt8]? {
        var bytes = OrderedBytes()
        switch content {
        case .null: bytes.append(byte: Class.null)
        case .integer(let value):
            bytes.append(byte: Class.integer)
            bytes.append(value)
        case .timestamp(let value):
            bytes.append(byte: Class.integer)
            bytes.append(value.microseconds)
        case .boolean(let value):
            bytes.append(byte: Class.boolean)
            bytes.append(byte: value ? 1 : 0)
        case .string(let value):
            bytes.append(byte: Class.bytes)
            bytes.append(escaped: value.utf8)
        case .blob(let value):
            bytes.append(byte: Class.bytes)
            bytes.append(escaped: value)
        case .double(let value):
            bytes.append(byte: Class.double)
            bytes.append(value)
        case .geoPoint(let value):
            bytes.append(byte: Class.geoPoint)
            bytes.append(value.latitude)
            bytes.append(value.longitude)
        case .key(let value):
            bytes.append(byte: Class.key)
            bytes.append(escaped: KeyEncoding.path(value))
        case .entity, .array: return nil
        }
        return bytes.bytes
    }

    /// The components by which indexes know a property of an entity: each once, ascending.
    static func components(of name: String, in properties: Properties) -> [[UInt8]] {
        var components: [[UInt8]] = []
        if let value = properties[name] {
            collect(value, into: &components)
        } else if name.utf8.contains(UInt8(ascii: ".")) {
            collectNested(name, in: properties, into: &components)
        }
        guard components.count > 1 else { return components }
        components.sort { $0.precedes($1) }
        var last: [UInt8]?
        components.removeAll { component in
            defer { last = component }
            return component == last
        }
        return components
    }

    private static func collect(_ value: Value, into components: inout [[UInt8]]) {
        guard !value.excludeFromIndexes else { return }
        switch value.content {
        case .array(let elements):
            for element in elements { collect(element, into: &components) }
        case .string(let text) where text.utf8.count > longestIndexed: return
        case .blob(let bytes) where bytes.count > longestIndexed: return
        default:
            if let component = component(value.content) { components.append(component) }
        }
    }

    /// `a.b.c` is the property `b.c` of the entity in `a`, or `c` of that in `a.b`.
    private static func collectNested(_ name: String, in properties: Properties, into components: inout [[UInt8]]) {
        let bytes = Array(name.utf8)
        for index in bytes.indices where bytes[index] == UInt8(ascii: ".") {
            let outer = String(decoding: bytes[..<index], as: UTF8.self)
            let inner = String(decoding: bytes[(index + 1)...], as: UTF8.self)
            if let value = properties[outer] { collectInside(value, inner, into: &components) }
        }
    }

    private static func collectInside(_ value: Value, _ inner: String, into components: inout [[UInt8]]) {
        guard !value.excludeFromIndexes else { return }
        switch value.content {
        case .entity(let entity): components.append(contentsOf: Self.components(of: inner, in: entity.properties))
        case .array(let elements):
            for element in elements { collectInside(element, inner, into: &components) }
        default: return
        }
    }
}
