import JSON

/// Turns every answer into bytes for stdout; no command prints by itself.
struct Renderer: Sendable {
    /// What goes to stdout, and a word for stderr.
    struct Shown: Equatable {
        var bytes: [UInt8]
        var warning: String?
    }

    let format: OutputFormat
    let colours: Bool

    /// Shows a whole answer.
    func render(_ document: Document) -> Shown {
        switch format {
        case .table:
            return Shown(bytes: lines(document.table.lines(colours: colours)))
        case .json:
            let value: JSONValue =
                switch document.shape {
                case .record(let record): record
                case .list(let records): .array(records)
                }
            return Shown(bytes: JSONText.indented(value))
        case .ndjson:
            return Shown(bytes: document.records.flatMap(JSONText.line))
        case .value(let fields):
            let bytes = lines(document.records.map { FieldPath.line(of: fields, in: $0) })
            return Shown(bytes: bytes, warning: FieldPath.warning(about: fields, in: document.records))
        }
    }

    /// Shows one row of an answer that has no end; `json` is `ndjson` here, since an array would never close.
    func render<Element: Row>(next row: Element, minimum: [Int]) throws -> [UInt8] {
        switch format {
        case .table: lines(Table(rows: [row.cells]).lines(colours: colours, minimum: minimum))
        case .json, .ndjson: JSONText.line(try row.json())
        case .value(let fields): lines([FieldPath.line(of: fields, in: try row.json())])
        }
    }

    private func lines(_ lines: [String]) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }
}
