import JSON

/// A filter of projects: `id:my-*`, `state=ACTIVE`, several of them one behind the other, all of which must hold.
struct ProjectFilter: Sendable, Hashable {
    private struct Term: Sendable, Hashable {
        let fields: [String]
        let pattern: String

        func matches(_ resource: JSONObject) -> Bool {
            fields.contains { field in resource[field]?.string.map(matches) ?? false }
        }

        private func matches(_ value: String) -> Bool {
            let (value, pattern) = (value.lowercased(), pattern.lowercased())
            guard pattern.last == "*" else { return value == pattern }
            return value.hasPrefix(pattern.dropLast())
        }
    }

    private let terms: [Term]

    /// Which members of a project a filter's names stand for.
    private static let fields = [
        "id": ["projectId"], "projectId": ["projectId"], "name": ["name", "displayName"],
        "displayName": ["name", "displayName"], "projectNumber": ["projectNumber"],
        "lifecycleState": ["lifecycleState"], "state": ["lifecycleState", "state"],
    ]

    init(_ text: String) throws(CloudProblem) {
        var terms: [Term] = []
        for word in text.split(separator: " ") where word != "AND" {
            guard let end = word.firstIndex(where: { ":=".contains($0) }),
                let fields = Self.fields[String(word[..<end])]
            else {
                let known = Self.fields.keys.sorted().joined(separator: ", ")
                throw .invalid("Invalid filter \(word): it is FIELD:VALUE of one of \(known).")
            }
            let pattern = word[end...].dropFirst().filter { $0 != "\"" }
            terms.append(Term(fields: fields, pattern: String(pattern)))
        }
        self.terms = terms
    }

    func matches(_ resource: JSONObject) -> Bool { terms.allSatisfy { $0.matches(resource) } }
}
