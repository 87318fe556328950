/// Why a text is not taken as YAML.
public struct YAMLProblem: Error, Sendable, Hashable {
    /// What is wrong in the text, where there is something to show.
    public let value: String?
    /// What is wrong, to stand after the value or alone.
    public let message: String
    /// The line, counted from 1, where it is known.
    public let line: Int?

    /// Creates a problem.
    public init(value: String? = nil, message: String, line: Int? = nil) {
        self.value = value
        self.message = message
        self.line = line
    }
}
