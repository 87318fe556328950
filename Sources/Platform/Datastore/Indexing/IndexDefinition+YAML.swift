import JSON

extension IndexDefinition {
    /// The definition as an item of `index.yaml`'s list, in the lab's form.
    public var yaml: String {
        var lines = ["- kind: \(Self.scalar(kind))"]
        if ancestor { lines.append("  ancestor: yes") }
        lines.append("  properties:")
        for property in properties {
            lines.append("  - name: \(Self.scalar(property.name))")
            if property.direction == .descending { lines.append("    direction: desc") }
        }
        return lines.joined(separator: "\n")
    }

    /// A text that YAML reads as itself: plain when it is a word, else in double quotes, whose escapes are JSON's.
    private static func scalar(_ text: String) -> String {
        let isWord = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        let isMistakable = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(text.lowercased())
        let startsAsName = text.utf8.first.map { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) && $0 != 0x2E }
        if isWord, !isMistakable, startsAsName ?? false { return text }
        return String(decoding: JSONValue.string(text).serialized(), as: UTF8.self)
    }
}
