/// Which of the standard streams are terminals, which decides about prompts and colour.
public struct Terminal: Sendable, Hashable {
    /// Whether somebody can answer a question.
    public var input: Bool
    /// Whether data is shown to somebody.
    public var output: Bool
    /// Whether words are shown to somebody.
    public var messages: Bool

    /// Creates a description; by default nothing is a terminal.
    public init(input: Bool = false, output: Bool = false, messages: Bool = false) {
        self.input = input
        self.output = output
        self.messages = messages
    }

    /// Whether stdout may be coloured: on a terminal that can, and never with NO_COLOR (https://no-color.org).
    func colours(_ environment: [String: String]) -> Bool {
        output && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
