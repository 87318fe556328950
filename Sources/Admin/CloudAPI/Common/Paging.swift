import JSON

extension CloudCall {
    /// A page of things that are all at hand, each with a name of its own, and the token of the next one. A page begins
    /// behind a name, so that things may come and go between two pages.
    ///
    /// - Parameters:
    ///   - all: the things.
    ///   - size: the parameter that says how many are wanted.
    ///   - token: the parameter that says where the page begins.
    ///   - name: a thing's name.
    func page<Thing>(
        _ all: [Thing], size: String = "pageSize", token: String = "pageToken", by name: (Thing) -> String
    ) throws(CloudProblem) -> (things: [Thing], next: String?) {
        let sorted = all.map { (Array(name($0).utf8), $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        var rest = sorted[...]
        if let text = query(token) {
            guard let after = Base64.decode(text) else {
                throw .invalid("Invalid argument: the page token is not one of ours.")
            }
            rest = rest.drop { !after.lexicographicallyPrecedes($0.0) }
        }
        let page = rest.prefix(try pageSize(size))
        let next = page.count < rest.count ? page.last.map { Base64.encode($0.0, .urlSafe) } : nil
        return (page.map(\.1), next)
    }
}

extension JSONObject {
    /// Puts a list under a name; an empty one is left out, as in Google's answers.
    mutating func setList(_ name: String, _ elements: [JSONValue]) {
        self[name] = elements.isEmpty ? nil : .array(elements)
    }

    /// Puts a text under a name; an empty one is left out, as in Google's answers.
    mutating func setText(_ name: String, _ text: String?) {
        self[name] = text.flatMap { $0.isEmpty ? nil : .string($0) }
    }
}
