import ArgumentParser

/// The value of `--format`.
enum OutputFormat: Sendable, Hashable {
    /// Columns for people; its layout is no contract.
    case table
    /// One indented JSON text.
    case json
    /// One JSON text a line.
    case ndjson
    /// Only these fields, each a dotted path into the JSON, a record a line, tabs between them.
    case value([String])
}

extension OutputFormat: ExpressibleByArgument {
    init?(argument: String) {
        switch argument {
        case "table": self = .table
        case "json": self = .json
        case "ndjson": self = .ndjson
        default:
            guard argument.hasPrefix("value("), argument.hasSuffix(")") else { return nil }
            let fields = argument.dropFirst("value(".count).dropLast().split(
                separator: ",", omittingEmptySubsequences: false)
            let names = fields.map { String($0.drop { $0 == " " }) }
            guard names.allSatisfy({ !$0.isEmpty }) else { return nil }
            self = .value(names)
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .table: "table"
        case .json: "json"
        case .ndjson: "ndjson"
        case .value(let fields): "value(\(fields.joined(separator: ",")))"
        }
    }

    static var allValueStrings: [String] { ["table", "json", "ndjson", "value(FIELD)"] }
}
