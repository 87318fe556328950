import JSON
import Logging

/// One line of the application log.
struct LogLine {
    let time: LogTime
    let level: Logger.Level
    let label: String
    let message: String
    let metadata: Logger.Metadata

    /// `2026-11-22T10:08:56.123Z info  trivetd: message key=value other="two words"`
    var text: [UInt8] {
        var line = "\(time) \(level.rawValue)"
        for _ in level.rawValue.utf8.count..<max(5, level.rawValue.utf8.count) { line += " " }
        line += " \(Self.escaped(label)): \(Self.escaped(message))"
        for (key, value) in metadata.sorted(by: { $0.key.precedesInBytes($1.key) }) {
            line += " \(Self.word(key))=\(Self.word("\(value)"))"
        }
        return Array(line.utf8) + [UInt8(ascii: "\n")]
    }

    /// One JSON object.
    var json: [UInt8] {
        var object = JSONObject()
        object["time"] = .string("\(time)")
        object["level"] = .string(level.rawValue)
        object["logger"] = .string(label)
        object["message"] = .string(message)
        if !metadata.isEmpty { object["metadata"] = Self.json(.dictionary(metadata)) }
        return JSONValue.object(object).serialized() + [UInt8(ascii: "\n")]
    }

    private static func json(_ value: Logger.MetadataValue) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): .string("\(value)")
        case .array(let values): .array(values.map(json))
        case .dictionary(let members):
            .object(members.reduce(into: JSONObject()) { $0[$1.key] = json($1.value) })
        }
    }

    /// A value as it stands after `key=`: in quotes where it would otherwise look like more than one value.
    private static func word(_ text: String) -> String {
        let isPlain = !text.isEmpty && !text.utf8.contains { " \"=".utf8.contains($0) }
        return isPlain ? escaped(text) : "\"\(escaped(text, quotes: true))\""
    }

    /// The text on one line: control characters, backslashes and, on demand, quotes escaped.
    private static func escaped(_ text: String, quotes: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: { mustEscape($0, quotes: quotes) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if mustEscape(scalar, quotes: quotes) {
                result += scalar.escaped(asASCII: true)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func mustEscape(_ scalar: Unicode.Scalar, quotes: Bool) -> Bool {
        if scalar == "\\" || (quotes && scalar == "\"") { return true }
        switch scalar.properties.generalCategory {
        // Format characters can turn the reading order of a line around.
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
