public import JSON

/// Members of a request's body, each with the type that it must have.
extension JSONObject {
    /// The text of a member; nil when there is none.
    ///
    /// - Throws: `HTTPProblem` 400 naming the member when it is of another type.
    public func text(_ name: String) throws(HTTPProblem) -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.string else { throw Self.wrongType(name, "a string", value) }
        return text
    }

    /// The whole number of a member; nil when there is none.
    ///
    /// - Throws: `HTTPProblem` 400 naming the member when it is of another type.
    public func integer(_ name: String) throws(HTTPProblem) -> Int64? {
        guard let value = self[name] else { return nil }
        guard let integer = value.integer else { throw Self.wrongType(name, "an integer", value) }
        return integer
    }

    /// The truth value of a member; nil when there is none.
    ///
    /// - Throws: `HTTPProblem` 400 naming the member when it is of another type.
    public func boolean(_ name: String) throws(HTTPProblem) -> Bool? {
        guard let value = self[name] else { return nil }
        guard let boolean = value.boolean else { throw Self.wrongType(name, "a boolean", value) }
        return boolean
    }

    /// The object of a member; nil when there is none.
    ///
    /// - Throws: `HTTPProblem` 400 naming the member when it is of another type.
    public func object(_ name: String) throws(HTTPProblem) -> JSONObject? {
        guard let value = self[name] else { return nil }
        guard let object = value.object else { throw Self.wrongType(name, "an object", value) }
        return object
    }

    private static func wrongType(_ name: String, _ wanted: String, _ value: JSONValue) -> HTTPProblem {
        .badRequest("\(name) must be \(wanted), not \(article(value.typeName)).")
    }

    private static func article(_ name: String) -> String {
        switch name {
        case "null": name
        case "array", "object": "an \(name)"
        default: "a \(name)"
        }
    }
}
