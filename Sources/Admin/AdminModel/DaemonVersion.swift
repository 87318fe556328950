/// What `GET /admin/v1/version` answers.
public struct DaemonVersion: Codable, Sendable, Hashable {
    /// The daemon's version.
    public let version: String

    /// Creates a version.
    public init(version: String) {
        self.version = version
    }
}
