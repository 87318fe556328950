import JSON

/// An entity as the API gives it: `{"key","namespace","version","createTime","updateTime","properties"}`, the properties
/// as Datastore's REST values. It stays module JSON's value from the wire to stdout, so that every number is exact.
struct EntityRecord: Row, Described {
    let object: JSONObject

    init?(_ value: JSONValue) {
        guard let object = value.object, object["key"]?.string != nil else { return nil }
        self.object = object
    }

    func json() -> JSONValue { .object(object) }

    static var columns: [String] { ["KEY", "UPDATED", "PROPERTIES"] }

    var cells: [Cell] {
        let properties = (object["properties"]?.object ?? JSONObject()).map { member in
            "\(member.name)=\(Self.plain(member.value))"
        }
        return [
            Cell(object["key"]?.string), Cell(object["updateTime"]?.string), Cell(properties.joined(separator: " ")),
        ]
    }

    var members: [(String, Cell)] {
        let head = ["key", "namespace", "version", "createTime", "updateTime"].compactMap { name in
            object[name]?.string.map { (name, Cell($0)) }
        }
        let properties = (object["properties"]?.object ?? JSONObject()).map { member in
            (TerminalText.escape("properties.\(member.name)"), Cell(Self.plain(member.value)))
        }
        return head + properties
    }

    /// A REST value without its wrapping: `{"stringValue":"x"}` is `"x"`, `{"integerValue":"1"}` is `1`.
    private static func plain(_ value: JSONValue) -> String {
        let content = value.object?.first { $0.name != "excludeFromIndexes" && $0.name != "meaning" }
        guard let content else { return String(decoding: value.serialized(), as: UTF8.self) }
        switch (content.name, content.value) {
        case ("nullValue", _): return "null"
        case ("integerValue", .string(let text)), ("timestampValue", .string(let text)): return text
        default: return String(decoding: content.value.serialized(), as: UTF8.self)
        }
    }
}
