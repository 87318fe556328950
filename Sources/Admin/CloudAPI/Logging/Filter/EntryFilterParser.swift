/// Reads a filter of Cloud Logging's query language.
struct EntryFilterParser {
    /// The most characters of a filter, as at Google.
    static let longest = 20_000
    private static let deepest = 50

    private var text: EntryFilterText
    private var depth = 0

    /// The filter of a text; an empty one takes every entry. Throws `invalid`, which names what is not understood.
    static func parse(_ text: String, project: String) throws(CloudProblem) -> EntryFilter {
        guard text.utf8.count <= longest else {
            throw .invalid("A filter has at most \(longest) characters.", field: "filter")
        }
        var parser = EntryFilterParser(text: EntryFilterText(text), project: project)
        parser.text.skipBlanks()
        guard !parser.text.isAtEnd else { return .all }
        let filter = try parser.conjunction(Self.restriction)
        guard parser.text.isAtEnd else { throw parser.text.problem("this has no meaning here") }
        return filter
    }

    private let project: String

    private init(text: EntryFilterText, project: String) {
        self.text = text
        self.project = project
    }

    /// What stands between AND, OR, NOT and brackets: comparisons, or values that a field is compared with.
    private typealias Primary = (inout EntryFilterParser) throws(CloudProblem) -> EntryFilter

    // OR binds closer than AND.
    private mutating func conjunction(_ primary: Primary) throws(CloudProblem) -> EntryFilter {
        var parts = [try disjunction(primary)]
        while !text.isAtEnd, !text.isNext(")") {
            _ = text.takeKeyword("AND")
            parts.append(try disjunction(primary))
        }
        return parts.count == 1 ? parts[0] : .and(parts)
    }

    private mutating func disjunction(_ primary: Primary) throws(CloudProblem) -> EntryFilter {
        var parts = [try negation(primary)]
        while text.takeKeyword("OR") { parts.append(try negation(primary)) }
        return parts.count == 1 ? parts[0] : .or(parts)
    }

    private mutating func negation(_ primary: Primary) throws(CloudProblem) -> EntryFilter {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw text.problem("this is nested too deeply") }
        if text.takeKeyword("NOT") || text.take("-") { return .not(try negation(primary)) }
        for word in ["AND", "OR"] where text.isNextKeyword(word) {
            throw text.problem("something is missing before \(word)")
        }
        guard text.take("(") else { return try primary(&self) }
        let filter = try conjunction(primary)
        guard text.take(")") else { throw text.problem("a ) is missing") }
        return filter
    }

    private static func restriction(_ parser: inout EntryFilterParser) throws(CloudProblem) -> EntryFilter {
        try parser.restriction()
    }

    private mutating func restriction() throws(CloudProblem) -> EntryFilter {
        let start = text
        let path = try text.path()
        if text.isNext("("), !start.isNext("\"") { return try function(path, start) }
        text.skipBlanks()
        guard let comparison = try text.comparison() else {
            // A word alone is looked for everywhere.
            return .anywhere(path.joined(separator: "."))
        }
        guard let field = EntryField.named(path) else {
            throw start.problem(
                "entries have no field \(path.joined(separator: ".")); there are: "
                    + EntryField.all.map(\.path).joined(separator: ", "))
        }
        func value(_ parser: inout EntryFilterParser) throws(CloudProblem) -> EntryFilter {
            try parser.value(field, comparison)
        }
        guard text.take("(") else { return try value(&self) }
        let filter = try conjunction(value)
        guard text.take(")") else { throw text.problem("a ) is missing") }
        return filter
    }

    private mutating func value(
        _ field: EntryField, _ comparison: EntryFilter.Comparison
    ) throws(CloudProblem) -> EntryFilter {
        let start = text
        let given = try text.value()
        if comparison == .has, given == "*", !start.isNext("\"") { return .isPresent(field) }
        guard let operand = field.operand(given) else {
            throw start.problem("\(given.debugDescription) is no value for \(field.path), which is \(field.kind.words)")
        }
        return .compare(field, comparison, operand)
    }

    /// `log_id("…")`, the one function that says something of requests.
    private mutating func function(_ path: [String], _ start: EntryFilterText) throws(CloudProblem) -> EntryFilter {
        let name = path.joined(separator: ".")
        guard name == "log_id" else { throw start.problem("the function \(name) is not offered; log_id is") }
        _ = text.take("(")
        let id = try text.value()
        guard text.take(")") else { throw text.problem("a ) is missing") }
        guard let field = EntryField.named(["logName"]) else { return .not(.all) }
        return .compare(field, .equal, .text(EntryResource.logName(id, project: project)))
    }
}

extension EntryField.Kind {
    /// What a value must be, in words.
    fileprivate var words: String {
        switch self {
        case .text: "a text"
        case .integer: "a whole number"
        case .time: "a time such as 2026-01-31T09:00:00Z"
        case .duration: "a duration such as 0.5s"
        case .severity: "a severity such as WARNING"
        }
    }
}
