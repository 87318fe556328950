import Foundation
import JSON

/// A Grafana dashboard, as far as tests look at it.
struct Dashboard {
    struct Panel {
        let id: Int64
        let title: String
        let description: String
        let isRow: Bool
        let place: Place
        let queries: [String]
    }

    /// Where a panel stands on the grid.
    struct Place {
        let left, top, right, bottom: Int64

        func overlaps(_ other: Place) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    /// A variable whose values a query gives: `label_values(metric, label)`.
    struct Variable {
        let name: String
        let query: String
    }

    struct Unreadable: Error {}

    let panels: [Panel]
    let variables: [Variable]

    init(contents file: URL) throws {
        guard let object = try JSONValue(parsing: Array(Data(contentsOf: file))).object else { throw Unreadable() }
        panels = try (object["panels"]?.array ?? []).map(Self.panel)
        variables = try (object["templating"]?.object?["list"]?.array ?? []).compactMap { value in
            guard let variable = value.object, variable["type"] == "query" else { return nil }
            guard let name = variable["name"]?.string, let query = variable["query"]?.object?["query"]?.string else {
                throw Unreadable()
            }
            return Variable(name: name, query: query)
        }
    }

    private static func panel(_ value: JSONValue) throws -> Panel {
        guard let panel = value.object, case .integer(let id)? = panel["id"], let title = panel["title"]?.string,
            let grid = panel["gridPos"]?.object, case .integer(let x)? = grid["x"], case .integer(let y)? = grid["y"],
            case .integer(let width)? = grid["w"], case .integer(let height)? = grid["h"]
        else { throw Unreadable() }
        let queries = (panel["targets"]?.array ?? []).compactMap { $0.object?["expr"]?.string }
        return Panel(
            id: id, title: title, description: panel["description"]?.string ?? "", isRow: panel["type"] == "row",
            place: Place(left: x, top: y, right: x + width, bottom: y + height), queries: queries)
    }
}
