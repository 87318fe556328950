/// One thing that is wrong with the settings.
public struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
    /// The key's path, such as `purge.retain`; empty when the file as a whole is meant.
    public let key: String
    /// The value as it was written, if there is one to show: at most 80 characters, control characters escaped.
    public let value: String?
    /// What is wrong and what to do.
    public let message: String
    /// The file that it stands in, or nil if it came from elsewhere.
    public let file: String?
    /// The line in the file, counted from 1.
    public let line: Int?
    /// The environment variable or flag that it came from, or nil if it came from elsewhere.
    public let variable: String?

    /// A problem; `value` is shortened and escaped.
    public init(
        key: String, value: String? = nil, message: String, file: String? = nil, line: Int? = nil,
        variable: String? = nil
    ) {
        self.key = key
        self.value = value.map(Self.shown)
        self.message = message
        self.file = file
        self.line = line
        self.variable = variable
    }

    /// `trivet.yaml:12: purge.retain: "3x" is not a duration: …`
    public var description: String {
        var parts: [String] = []
        if let file { parts.append(line.map { "\(file):\($0)" } ?? file) }
        if let variable { parts.append(variable) }
        if !key.isEmpty { parts.append(key) }
        parts.append(value.map { "\"\($0)\" \(message)" } ?? message)
        return parts.joined(separator: ": ")
    }

    private static func shown(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars.prefix(80) {
            if scalar.properties.generalCategory == .control || scalar == "\"" {
                text += scalar.escaped(asASCII: true)
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return value.unicodeScalars.count > 80 ? text + "…" : text
    }
}
