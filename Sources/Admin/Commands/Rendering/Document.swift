import JSON

/// An answer ready for the renderer: its JSON, which is the contract, and a table for people.
struct Document {
    /// One thing or a list of things.
    enum Shape {
        case record(JSONValue)
        case list([JSONValue])
    }

    let shape: Shape
    let table: Table

    /// The records, one for a thing.
    var records: [JSONValue] {
        switch shape {
        case .record(let value): [value]
        case .list(let values): values
        }
    }
}

/// What a command answers.
protocol Renderable: Sendable {
    /// The answer's JSON and table.
    func document() throws -> Document
    /// How trivetctl exits after showing it.
    var exitStatus: ExitStatus { get }
}

extension Renderable {
    var exitStatus: ExitStatus { .done }
}

/// Something that has a JSON form: the contract.
protocol Shown: Sendable {
    /// The contract.
    func json() throws -> JSONValue
}

extension Shown where Self: Encodable {
    func json() throws -> JSONValue { try ModelJSON.value(of: self) }
}

/// Something that is a row of a list.
protocol Row: Shown {
    /// The columns' titles, in order.
    static var columns: [String] { get }
    /// One cell for each column.
    var cells: [Cell] { get }
}

/// A list of rows.
struct Listing<Element: Row>: Renderable {
    let rows: [Element]

    init(_ rows: [Element]) {
        self.rows = rows
    }

    func document() throws -> Document {
        Document(
            shape: .list(try rows.map { try $0.json() }),
            table: Table(header: Element.columns, rows: rows.map(\.cells)))
    }
}
