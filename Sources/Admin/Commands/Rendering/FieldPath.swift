import JSON

/// The fields of `--format 'value(httpRequest.status,labels.route)'`.
enum FieldPath {
    /// The fields of one record, tabs between them; what is missing or null is empty.
    static func line(of fields: [String], in record: JSONValue) -> String {
        fields.map { text(of: value(at: $0, in: record)) }.joined(separator: "\t")
    }

    /// A word about fields that no record has: a typing error more often than not.
    static func warning(about fields: [String], in records: [JSONValue]) -> String? {
        guard !records.isEmpty else { return nil }
        let missing = fields.filter { field in !records.contains { value(at: field, in: $0) != nil } }
        guard !missing.isEmpty else { return nil }
        var known: [String] = []
        for record in records.prefix(1) { collect(record, prefix: "", into: &known) }
        return "no record has \(missing.joined(separator: ", ")); there are: \(known.joined(separator: ", "))"
    }

    /// Follows a dotted path; a name that itself has dots (a property) is found too.
    static func value(at path: String, in record: JSONValue) -> JSONValue? {
        guard let members = record.object else { return nil }
        if let value = members[path] { return value }
        for (index, character) in zip(path.indices, path) where character == "." {
            if let inner = members[String(path[..<index])],
                let value = value(at: String(path[path.index(after: index)...]), in: inner)
            {
                return value
            }
        }
        return nil
    }

    /// A value as one word: text without quotes, lists joined by semicolons, objects as JSON.
    private static func text(of value: JSONValue?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: TerminalText.escape(text)
        case .array(let elements)?: elements.map(text).joined(separator: ";")
        case .some(let value): TerminalText.escape(String(decoding: value.serialized(), as: UTF8.self))
        }
    }

    private static func collect(_ value: JSONValue, prefix: String, into names: inout [String]) {
        for member in value.object ?? JSONObject() {
            if member.value.object != nil {
                collect(member.value, prefix: "\(prefix)\(member.name).", into: &names)
            } else {
                names.append(prefix + member.name)
            }
        }
    }
}
