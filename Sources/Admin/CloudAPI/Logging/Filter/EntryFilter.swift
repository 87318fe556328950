import RequestLog

/// Which entries are wanted: the part of Cloud Logging's query language that says something of requests.
///
/// As there, `a OR b AND c` is `(a OR b) AND c`, and two comparisons side by side are joined by AND. A comparison with a
/// field that an entry does not have is false, `!=` too.
indirect enum EntryFilter: Sendable {
    /// How a field is compared.
    enum Comparison: String, Sendable, Hashable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        /// A text stands in the field's; of other fields, it is equal.
        case has = ":"
    }

    case and([EntryFilter])
    case or([EntryFilter])
    case not(EntryFilter)
    case compare(EntryField, Comparison, EntryValue)
    /// The field is there.
    case isPresent(EntryField)
    /// A text stands in one of the fields.
    case anywhere(String)

    /// All entries.
    static let all = EntryFilter.and([])

    /// Whether an entry is wanted.
    func matches(_ stored: StoredRecord, project: String) -> Bool {
        switch self {
        case .and(let parts): parts.allSatisfy { $0.matches(stored, project: project) }
        case .or(let parts): parts.contains { $0.matches(stored, project: project) }
        case .not(let part): !part.matches(stored, project: project)
        case .compare(let field, let comparison, let operand):
            field.value(stored, project).map { Self.holds($0, comparison, operand) } ?? false
        case .isPresent(let field): field.value(stored, project) != nil
        case .anywhere(let text):
            EntryField.all.contains { field in field.value(stored, project)?.contains(text) ?? false }
        }
    }

    private static func holds(_ value: EntryValue, _ comparison: Comparison, _ operand: EntryValue) -> Bool {
        if comparison == .has, case .text(let text) = operand { return value.contains(text) }
        guard let order = value.compare(operand) else { return false }
        return switch comparison {
        case .equal, .has: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }

    /// Tells the log what it need not even look at: bounds that every wanted entry keeps.
    func narrow(_ query: inout RequestLogQuery) {
        switch self {
        case .and(let parts): for part in parts { part.narrow(&query) }
        case .compare(let field, let comparison, .time(let time)) where field.path == "timestamp":
            Self.narrow(&query, comparison, time)
        case .compare(let field, let comparison, let operand) where field.path == "severity":
            let wanted = Severity.allCases.filter { Self.holds(.severity($0.number), comparison, operand) }
            // An empty set would stand for all.
            let known = query.severities.isEmpty ? Set(wanted) : query.severities.intersection(wanted)
            if !known.isEmpty { query.severities = known }
        case .compare(let field, .equal, .integer(let status)) where field.path == "httpRequest.status":
            if query.statuses.isEmpty { query.statuses = [.exact(Int(clamping: status))] }
        default: break
        }
    }

    private static func narrow(_ query: inout RequestLogQuery, _ comparison: Comparison, _ time: Int64) {
        func since(_ time: Int64) { query.since = max(query.since ?? .min, time) }
        func until(_ time: Int64) { query.until = min(query.until ?? .max, time) }
        let next = time == .max ? time : time + 1
        switch comparison {
        case .less: until(time)
        case .lessOrEqual: until(next)
        case .greater: since(next)
        case .greaterOrEqual: since(time)
        case .equal, .has:
            since(time)
            until(next)
        case .notEqual: break
        }
    }
}
