/// What a check found last.
public struct CheckResult: Sendable, Hashable {
    /// The check's name.
    public let name: String
    /// What it found.
    public let status: HealthStatus
    /// Since when it has been passing, warning or failing without a break, in microseconds since 1970.
    public let since: Int64

    /// The message of a warning or failure.
    public var message: String? { status.message }

    /// A result.
    public init(name: String, status: HealthStatus, since: Int64) {
        self.name = name
        self.status = status
        self.since = since
    }
}
