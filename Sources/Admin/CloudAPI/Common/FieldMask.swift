import HTTPTypes
import JSON

/// Which fields of an answer are wanted: `items(name,size),nextPageToken` or `items/name,nextPageToken`. Lists are
/// looked through.
struct FieldMask: Sendable, Hashable {
    /// The wanted names and what is wanted below each; without any, all.
    private var fields: [String: FieldMask] = [:]
    private var isAll = false

    private static let all = FieldMask(isAll: true)

    private init(isAll: Bool = false) { self.isAll = isAll }

    /// Reads a mask.
    init(parsing text: String) throws(CloudProblem) {
        var rest = Substring(text)
        self = try Self.list(&rest, depth: 0)
        guard rest.isEmpty else { throw Self.invalid(text) }
    }

    private static func invalid(_ text: some StringProtocol) -> CloudProblem {
        CloudProblem(.badRequest, "invalidParameter", "Invalid field selection \(text)")
    }

    private static func list(_ rest: inout Substring, depth: Int) throws(CloudProblem) -> FieldMask {
        guard depth < 32 else { throw invalid(rest) }
        var mask = FieldMask()
        while true {
            let (name, below) = try field(&rest, depth: depth)
            mask.add(name, below)
            guard rest.first == "," else { return mask }
            rest.removeFirst()
        }
    }

    private static func field(
        _ rest: inout Substring, depth: Int
    ) throws(CloudProblem) -> (name: String, below: FieldMask) {
        guard depth < 32 else { throw invalid(rest) }
        let name = rest.prefix { !",/()".contains($0) }
        guard !name.isEmpty else { throw invalid(rest) }
        rest = rest.dropFirst(name.count)
        let trimmed = String(name.filter { $0 != " " })
        switch rest.first {
        case "/":
            rest.removeFirst()
            let (inner, below) = try field(&rest, depth: depth + 1)
            var mask = FieldMask()
            mask.add(inner, below)
            return (trimmed, mask)
        case "(":
            rest.removeFirst()
            let below = try list(&rest, depth: depth + 1)
            guard rest.first == ")" else { throw invalid(rest) }
            rest.removeFirst()
            return (trimmed, below)
        default: return (trimmed, .all)
        }
    }

    private mutating func add(_ name: String, _ below: FieldMask) {
        guard name != "*" || !below.isAll else { return isAll = true }
        guard let known = fields[name] else { return fields[name] = below }
        var merged = known
        merged.isAll = known.isAll || below.isAll
        for (inner, mask) in below.fields { merged.add(inner, mask) }
        fields[name] = merged
    }

    /// The wanted part of a value.
    func apply(to value: JSONValue) -> JSONValue {
        guard !isAll else { return value }
        switch value {
        case .array(let elements): return .array(elements.map(apply))
        case .object(let members):
            var kept = JSONObject()
            for member in members {
                guard let below = fields[member.name] ?? fields["*"] else { continue }
                kept[member.name] = below.apply(to: member.value)
            }
            return .object(kept)
        default: return value
        }
    }
}
