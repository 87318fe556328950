/// Rows of cells; without a header it is the description of one thing, a name and a value a line.
struct Table: Sendable, Hashable {
    var header: [String] = []
    var rows: [[Cell]]

    /// A description: one line a member.
    static func description(_ members: [(String, Cell)]) -> Table {
        Table(rows: members.map { [Cell($0.0, .faint), $0.1] })
    }

    /// The lines, two spaces between columns, nothing padded at the end.
    ///
    /// - Parameters:
    ///   - colours: whether styles become escape sequences.
    ///   - minimum: the least width of each column, for rows that are shown as they come.
    func lines(colours: Bool, minimum: [Int] = []) -> [String] {
        let all = (header.isEmpty ? [] : [header.map { Cell($0, .bold) }]) + rows
        var widths = minimum
        for row in all {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.text.count)
            }
        }
        return all.map { Self.line($0, widths: widths, colours: colours) }
    }

    private static func line(_ row: [Cell], widths: [Int], colours: Bool) -> String {
        var line = ""
        var padding = 0
        for (cell, width) in zip(row, widths) {
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: padding)
                padding = 0
                line += colours && cell.style != .plain ? "\(cell.style.rawValue)\(cell.text)\u{1B}[0m" : cell.text
            }
            padding += width - cell.text.count + 2
        }
        return line
    }
}
