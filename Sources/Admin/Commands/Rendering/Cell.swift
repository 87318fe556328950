/// One cell of a table.
struct Cell: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// How a cell stands out on a terminal.
    enum Style: String, Sendable {
        case plain = ""
        case bold = "\u{1B}[1m"
        case faint = "\u{1B}[2m"
        case good = "\u{1B}[32m"
        case warning = "\u{1B}[33m"
        case bad = "\u{1B}[31m"
    }

    let text: String
    let style: Style

    init(_ text: String?, _ style: Style = .plain) {
        self.text = TerminalText.escape(text ?? "")
        self.style = style
    }

    init(_ number: some BinaryInteger) {
        self.init(number.description)
    }

    init(stringLiteral value: String) {
        self.init(value)
    }

    /// A cell for a word that says how well something is.
    static func condition(_ word: String) -> Cell {
        let style: Style =
            switch word {
            case "pass", "ok", "succeeded", "READY", "ENABLED", "ACTIVE", "serving": .good
            case "warn", "running", "skipped", "missed", "interrupted", "CREATING", "PAUSED", "WARNING", "draining",
                "starting":
                .warning
            case "fail", "failed", "denied", "ERROR": .bad
            default: .plain
            }
        return Cell(word, style)
    }

    /// A cell for an HTTP status.
    static func status(_ status: Int) -> Cell {
        Cell(status.description, status >= 500 ? .bad : status >= 400 ? .warning : .plain)
    }
}
