extension Timestamp {
    /// Reads RFC 3339 (`2020-12-27T10:08:56.123456Z`, or with an offset); digits below microseconds are cut.
    public init?(rfc3339 text: String) { fatalError("to come") }
    /// `2020-12-27T10:08:56Z`, with three or six digits of a fraction where needed.
    public var rfc3339: String { fatalError("to come") }
    /// HTTP's form of a date: `Sun, 27 Dec 2020 10:08:56 GMT`.
    public var httpDate: String { fatalError("to come") }
}
