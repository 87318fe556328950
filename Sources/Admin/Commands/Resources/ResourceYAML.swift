import AdminModel
import JSON

/// Resources as a file that `apply` reads.
enum ResourceYAML {
    /// The lines of a file: a section for each kind of which there are any.
    static func lines(_ sections: [(ResourceKind, [JSONObject])]) -> [String] {
        var lines: [String] = []
        for (kind, resources) in sections where !resources.isEmpty {
            lines.append("\(kind.rawValue):")
            for resource in resources { lines += item(mapping(resource, kind.members), indent: "  ") }
        }
        return lines.isEmpty ? ["{}"] : lines
    }

    /// A value in one line.
    static func inline(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): scalar(text)
        case .array(let elements): "[\(elements.map(inline).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\(scalar($0.name)): \(inline($0.value))" }.joined(separator: ", "))}"
        default: String(decoding: value.serialized(), as: UTF8.self)
        }
    }

    // MARK: Blocks

    private static func item(_ lines: [String], indent: String) -> [String] {
        lines.enumerated().map { index, line in "\(indent)\(index == 0 ? "- " : "  ")\(line)" }
    }

    /// The members in the order of their declaration, without those that are as if they were not there.
    private static func mapping(_ object: JSONObject, _ members: [ResourceMember]) -> [String] {
        members.flatMap { member -> [String] in
            guard let value = object[member.name], !isEmpty(value, member.type) else { return [] }
            switch (member.type, value) {
            case (.object(let inner), .object(let part)):
                return ["\(member.name):"] + self.mapping(part, inner).map { "  \($0)" }
            case (.objects(let inner), .array(let elements)):
                let parts = elements.compactMap(\.object)
                return ["\(member.name):"] + parts.flatMap { item(self.mapping($0, inner), indent: "  ") }
            case (.map, .object(let entries)):
                return ["\(member.name):"] + entries.map { "  \(scalar($0.name)): \(inline($0.value))" }
            case (.texts, .array(let elements)), (.choices, .array(let elements)):
                return ["\(member.name):"] + elements.map { "  - \(inline($0))" }
            default: return ["\(member.name): \(inline(value))"]
            }
        }
    }

    private static func isEmpty(_ value: JSONValue, _ type: MemberType) -> Bool {
        switch (value, type) {
        // An object that is there with nothing in it says something: a push without wrapper.
        case (.object(let members), .map): members.isEmpty
        case (.array(let elements), _): elements.isEmpty
        case (.string(let text), _): text.isEmpty
        default: false
        }
    }

    // MARK: Scalars

    /// A text that YAML reads as itself: plain where no reader could take it for anything else, otherwise in double
    /// quotes, whose escapes are JSON's.
    private static func scalar(_ text: String) -> String {
        guard !isPlain(text) else { return text }
        return String(decoding: JSONText.line(.string(text)).dropLast(), as: UTF8.self)
    }

    private static let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "inf", "nan", "infinity"]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 200,
            !words.contains(text.lowercased())
        else { return false }
        let isDuration = text.wholeMatch(of: /([0-9]+(\.[0-9]+)?(ms|us|s|m|h|d))+/) != nil
        guard isDuration || isLetter(first) || first == UInt8(ascii: "/"), last != UInt8(ascii: " "),
            last != UInt8(ascii: ":")
        else { return false }
        return text.utf8.allSatisfy(isPlain) && !text.contains(": ")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        isLetter(byte) || "0123456789-_./@:+=%() ".utf8.contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
