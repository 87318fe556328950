public import JSON

extension Value {
    /// Reads a value in Datastore's REST form, such as `{"integerValue": "1"}`.
    ///
    /// - Throws: `invalidArgument` when it is none.
    public init(json: JSONValue) throws(DatastoreError) {
        guard let members = json.object else { throw .invalid("a value must be an object, not \(json.typeName)") }
        var content: Content?
        var exclude = false
        var meaning: Int32?
        for member in members {
            switch member.name {
            case "excludeFromIndexes":
                guard let flag = member.value.boolean else {
                    throw .invalid("excludeFromIndexes must be true or false")
                }
                exclude = flag
            case "meaning":
                guard let number = member.value.integer, let small = Int32(exactly: number) else {
                    throw .invalid("meaning must be an integer")
                }
                meaning = small
            default:
                guard content == nil else { throw .invalid("a value must have one type, not several") }
                content = try Self.content(member.name, member.value)
            }
        }
        guard let content else { throw .invalid("a value must have a type, such as stringValue") }
        self.init(content, excludeFromIndexes: exclude, meaning: meaning)
    }

    private static func content(_ name: String, _ json: JSONValue) throws(DatastoreError) -> Content {
        switch name {
        case "nullValue": try null(json)
        case "booleanValue": .boolean(try require(json.boolean, name, "true or false"))
        case "integerValue": .integer(try require(integer(json), name, "an integer within int64, as a string"))
        case "doubleValue": .double(try require(double(json), name, "a number"))
        case "timestampValue":
            .timestamp(try require(json.string.flatMap { Timestamp(rfc3339: $0) }, name, "an RFC 3339 timestamp"))
        case "keyValue": .key(try Key(json: json))
        case "stringValue": .string(try require(json.string, name, "a string"))
        case "blobValue": .blob(try require(json.string.flatMap(Base64.decode), name, "Base64"))
        case "geoPointValue": .geoPoint(try require(geoPoint(json), name, "a latitude and a longitude"))
        case "entityValue": .entity(try embedded(json))
        case "arrayValue": .array(try array(json))
        default: throw .invalid("unknown type of value: \(name)")
        }
    }

    private static func require<T>(
        _ value: T?, _ name: String, _ expected: String
    ) throws(DatastoreError) -> T {
        guard let value else { throw .invalid("\(name) must be \(expected)") }
        return value
    }

    private static func null(_ json: JSONValue) throws(DatastoreError) -> Content {
        guard json == .null || json.string == "NULL_VALUE" else { throw .invalid("nullValue must be null") }
        return .null
    }

    private static func integer(_ json: JSONValue) -> Int64? {
        switch json {
        case .integer(let value): value
        case .string(let text): Int64(text)
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    private static func double(_ json: JSONValue) -> Double? {
        switch json {
        case .double(let value): value
        case .integer(let value): Double(value)
        case .string("NaN"): .nan
        case .string("Infinity"): .infinity
        case .string("-Infinity"): -.infinity
        case .string(let text): number(text)
        default: nil
        }
    }

    /// A number in JSON's own digits: Swift's `Double(_:)` alone would take `0x1p3` and `nan`, too.
    private static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text), value.isFinite
        else { return nil }
        return value
    }

    private static func geoPoint(_ json: JSONValue) -> GeoPoint? {
        // Google's JSON leaves a zero coordinate out.
        guard let members = json.object, let latitude = double(members["latitude"] ?? .double(0)),
            let longitude = double(members["longitude"] ?? .double(0)),
            (-90...90).contains(latitude), (-180...180).contains(longitude)
        else { return nil }
        return GeoPoint(latitude: latitude, longitude: longitude)
    }

    private static func embedded(_ json: JSONValue) throws(DatastoreError) -> EmbeddedEntity {
        guard let members = json.object else { throw .invalid("entityValue must be an object") }
        var entity = EmbeddedEntity()
        if let key = members["key"] { entity.key = try Key(json: key) }
        if let properties = members["properties"] { entity.properties = try Properties(json: properties) }
        return entity
    }

    private static func array(_ json: JSONValue) throws(DatastoreError) -> [Value] {
        guard let members = json.object, case let values = members["values"] ?? .array([]), let elements = values.array
        else { throw .invalid("arrayValue must be an object with an array of values") }
        var array: [Value] = []
        array.reserveCapacity(elements.count)
        for element in elements { array.append(try Value(json: element)) }
        return array
    }
}

extension Properties {
    /// Reads properties in Datastore's REST form: an object of names to values.
    ///
    /// - Throws: `invalidArgument` when it is none.
    public init(json: JSONValue) throws(DatastoreError) {
        guard let members = json.object else { throw .invalid("properties must be an object, not \(json.typeName)") }
        self.init()
        for member in members {
            do throws(DatastoreError) {
                self[member.name] = try Value(json: member.value)
            } catch {
                throw .invalid("property \(member.name.debugDescription): \(error.message)")
            }
        }
    }

    /// How deep the JSON of stored properties may nest: three levels for each level of a value.
    static let storedNestingLimit = 3 * EntityRules.nestingLimit + 10

    /// Reads what `serialized()` wrote.
    init(stored bytes: [UInt8]) throws(DatastoreError) {
        do {
            try self.init(json: JSONValue(parsing: bytes, depthLimit: Self.storedNestingLimit))
        } catch {
            throw DatastoreError(.dataLoss, "the properties of an entity cannot be read", cause: error)
        }
    }
}
