/// Which of the standard streams are terminals, which decides about prompts and colour.
public struct Terminal: Sendable, Hashable {
    /// Whether somebody can answer a question.
    public var input: Bool
    /// Whether data is shown to somebody.
    public var output: Bool
    /// Whether words are shown to somebody.
    public var messages: Bool

    /// How many columns stdout has; nil where nobody knows.
    public var columns: Int?

    /// Creates a description; by default nothing is a terminal.
    public init(input: Bool = false, output: Bool = false, messages: Bool = false, columns: Int? = nil) {
        self.columns = columns
        self.input = input
        self.output = output
        self.messages = messages
    }

    /// Columns of stdout: what the terminal says, else `$COLUMNS`, else 80; between 40 and 400.
    func width(_ environment: [String: String]) -> Int {
        let told = columns ?? environment["COLUMNS"].flatMap { Int($0) } ?? 80
        return min(400, max(40, told))
    }

    /// Whether text is in UTF-8, as the locale says: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set.
    static func isUnicode(_ environment: [String: String]) -> Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        return ["utf-8", "utf8"].contains { locale.lowercased().contains($0) }
    }

    /// Whether stdout may be coloured: on a terminal that can, and never with NO_COLOR (https://no-color.org).
    func colours(_ environment: [String: String]) -> Bool {
        output && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }
}
