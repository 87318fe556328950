import JSON

extension JSONObject {
    /// Puts a list under a name; an empty one is left out, as in Google's answers.
    mutating func setList(_ name: String, _ elements: [JSONValue]) {
        self[name] = elements.isEmpty ? nil : .array(elements)
    }

    /// Puts a text under a name; an empty one is left out, as in Google's answers.
    mutating func setText(_ name: String, _ text: String?) {
        self[name] = text.flatMap { $0.isEmpty ? nil : .string($0) }
    }

    /// A member's text; nil when there is none, or null.
    func cloudText(_ name: String) throws(CloudProblem) -> String? {
        guard let value = self[name], value != .null else { return nil }
        guard let text = value.string else { throw .invalid("\(name) must be a string.") }
        return text
    }

    /// A member's list of texts; empty when there is none, or null.
    func cloudTexts(_ name: String) throws(CloudProblem) -> [String] {
        guard let value = self[name], value != .null else { return [] }
        guard let elements = value.array else { throw .invalid("\(name) must be a list.") }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string else { throw .invalid("\(name) must be a list of strings.") }
            texts.append(text)
        }
        return texts
    }
}
