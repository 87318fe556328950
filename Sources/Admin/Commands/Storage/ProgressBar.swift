/// A bar on stderr while bytes are copied, where somebody sees it.
final class ProgressBar {
    private let context: CommandContext
    private let label: String
    private let total: Int?
    private var shown: ContinuousClock.Instant?
    private var isDrawn = false

    /// How often it is drawn at most.
    private static let interval = Duration.milliseconds(100)
    private static let width = 24

    init(_ label: String, total: Int?, in context: CommandContext) {
        self.label = TerminalText.escape(label)
        self.total = total
        self.context = context
    }

    deinit { if isDrawn { draw("") } }

    /// So many bytes are copied.
    func update(_ done: Int) {
        guard context.terminal.messages, shown.map({ .now - $0 >= Self.interval }) ?? true || done == total else {
            return
        }
        shown = .now
        draw("\(bar(done))  \(ByteCount.text(done))\(total.map { " of \(ByteCount.text($0))" } ?? "")  \(label)")
    }

    private func bar(_ done: Int) -> String {
        guard let total, total > 0 else { return "" }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * Double(Self.width))
        let marks = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        return "[\(marks)] \(Int(share * 100))%"
    }

    private func draw(_ text: String) {
        isDrawn = !text.isEmpty
        let line = String(text.prefix(context.terminal.width(context.environment) - 1))
        try? context.messages.write(Array("\r\u{1B}[K\(line)".utf8))
    }
}

/// Numbers of bytes for people.
enum ByteCount {
    static func text(_ bytes: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        guard unit > 0 else { return "\(bytes) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(units[unit])"
    }
}
