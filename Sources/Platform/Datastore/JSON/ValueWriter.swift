public import JSON

extension Value {
    /// The value in Datastore's REST form.
    public var json: JSONValue {
        var members = JSONObject()
        members[content.typeName] = content.json
        if excludeFromIndexes { members["excludeFromIndexes"] = true }
        if let meaning { members["meaning"] = .integer(Int64(meaning)) }
        return .object(members)
    }

    /// Appends the text of `json` without building it: every store takes this way.
    func serialize(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        let name = content.typeName
        // Names go by their bytes, as in all of our JSON.
        let isBeforeExclude = name.precedesInBytes("excludeFromIndexes")
        if isBeforeExclude { serializeContent(name, into: &bytes) }
        if excludeFromIndexes {
            bytes.append(
                contentsOf: isBeforeExclude ? #","excludeFromIndexes":true"#.utf8 : #""excludeFromIndexes":true,"#.utf8)
        }
        let isBeforeMeaning = name.precedesInBytes("meaning")
        if !isBeforeExclude, isBeforeMeaning { serializeContent(name, into: &bytes) }
        if let meaning {
            bytes.append(contentsOf: isBeforeMeaning ? ",\"meaning\":\(meaning)".utf8 : "\"meaning\":\(meaning),".utf8)
        }
        if !isBeforeMeaning { serializeContent(name, into: &bytes) }
        bytes.append(UInt8(ascii: "}"))
    }

    private func serializeContent(_ name: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: "\":".utf8)
        content.serialize(into: &bytes)
    }
}

extension Value.Content {
    /// The name of the type in Datastore's REST form.
    public var typeName: String {
        switch self {
        case .null: "nullValue"
        case .boolean: "booleanValue"
        case .integer: "integerValue"
        case .double: "doubleValue"
        case .timestamp: "timestampValue"
        case .key: "keyValue"
        case .string: "stringValue"
        case .blob: "blobValue"
        case .geoPoint: "geoPointValue"
        case .entity: "entityValue"
        case .array: "arrayValue"
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .string(String(value))
        case .double(let value): Self.json(value)
        case .timestamp(let value): .string(value.rfc3339)
        case .key(let value): value.json()
        case .string(let value): .string(value)
        case .blob(let value): .string(Base64.encode(value))
        case .geoPoint(let value):
            ["latitude": Self.json(value.latitude), "longitude": Self.json(value.longitude)]
        case .entity(let value): value.json
        case .array(let values): ["values": .array(values.map(\.json))]
        }
    }

    /// JSON has no NaN and no infinity: they are strings, as in Google's JSON.
    private static func json(_ value: Double) -> JSONValue {
        if value.isFinite { return .double(value) }
        return .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
    }

    fileprivate func serialize(into bytes: inout [UInt8]) {
        switch self {
        case .string(let value): JSONValue.serialize(value, into: &bytes)
        case .integer(let value):
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: String(value).utf8)
            bytes.append(UInt8(ascii: "\""))
        case .timestamp(let value):
            bytes.append(UInt8(ascii: "\""))
            bytes.append(contentsOf: value.rfc3339.utf8)
            bytes.append(UInt8(ascii: "\""))
        case .blob(let value):
            bytes.append(UInt8(ascii: "\""))
            Base64.append(value, .standard, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .entity(let value):
            bytes.append(UInt8(ascii: "{"))
            if let key = value.key {
                bytes.append(contentsOf: "\"key\":".utf8)
                key.json().serialize(into: &bytes)
                bytes.append(UInt8(ascii: ","))
            }
            bytes.append(contentsOf: "\"properties\":".utf8)
            value.properties.serialize(into: &bytes)
            bytes.append(UInt8(ascii: "}"))
        case .array(let values):
            bytes.append(contentsOf: "{\"values\":[".utf8)
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.serialize(into: &bytes)
            }
            bytes.append(contentsOf: "]}".utf8)
        case .null, .boolean, .double, .key, .geoPoint: json.serialize(into: &bytes)
        }
    }
}

extension EmbeddedEntity {
    fileprivate var json: JSONValue {
        var members: JSONObject = JSONObject()
        if let key { members["key"] = key.json() }
        members["properties"] = properties.json
        return .object(members)
    }
}

extension Properties {
    /// The properties in Datastore's REST form.
    public var json: JSONValue {
        .object(JSONObject(map { JSONObject.Member($0.name, $0.value.json) }) ?? JSONObject())
    }

    /// The text of `json`, as it is stored.
    func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        serialize(into: &bytes)
        return bytes
    }

    fileprivate func serialize(into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, property) in enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONValue.serialize(property.name, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            property.value.serialize(into: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
