/// The answer of `GET /admin/v1/health`.
public struct HealthInfo: Codable, Sendable, Hashable {
    /// One check.
    public struct Check: Codable, Sendable, Hashable {
        /// The check's name.
        public let name: String
        /// `pass`, `warn` or `fail`.
        public let status: String
        /// What is the matter; nil when it passes.
        public let message: String?
        /// Since when it has this status, RFC 3339.
        public let since: String

        /// Creates a check's result.
        public init(name: String, status: String, message: String?, since: String) {
            self.name = name
            self.status = status
            self.message = message
            self.since = since
        }
    }

    /// `pass`, `warn` or `fail`: the worst of the checks.
    public let status: String
    /// `starting`, `serving` or `draining`.
    public let phase: String
    /// Every check.
    public let checks: [Check]

    /// Creates a report.
    public init(status: String, phase: String, checks: [Check]) {
        self.status = status
        self.phase = phase
        self.checks = checks
    }
}
