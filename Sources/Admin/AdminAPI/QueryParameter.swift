/// A query parameter that a route takes.
struct QueryParameter: Sendable, ExpressibleByStringLiteral {
    let name: String
    let mayRepeat: Bool

    init(stringLiteral value: String) {
        name = value
        mayRepeat = false
    }

    private init(name: String, mayRepeat: Bool) {
        self.name = name
        self.mayRepeat = mayRepeat
    }

    /// A parameter whose values are alternatives.
    static func any(_ name: String) -> QueryParameter {
        QueryParameter(name: name, mayRepeat: true)
    }
}
