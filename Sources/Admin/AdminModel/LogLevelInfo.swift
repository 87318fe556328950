/// The level of the application log: the answer of `GET`, `POST` and `DELETE /admin/v1/log/level`.
public struct LogLevelInfo: Codable, Sendable, Hashable {
    /// The level in force, e.g. `info`.
    public let level: String
    /// Where it comes from: what `config show` says of `log.level`, or `trivetctl log level`.
    public let source: String
    /// The level of the settings, which is in force when none is set by hand.
    public let setting: String
    /// When the settings' level comes back, RFC 3339; nil: not by itself.
    public let until: String?

    /// Creates a level's description.
    public init(level: String, source: String, setting: String, until: String?) {
        self.level = level
        self.source = source
        self.setting = setting
        self.until = until
    }
}

/// The body of `POST /admin/v1/log/level`.
public struct LogLevelRequest: Codable, Sendable, Hashable {
    /// The level, e.g. `debug`.
    public let level: String
    /// For how long, e.g. `5m`; nil: until it is reset or the daemon ends.
    public let `for`: String?

    /// Creates a request.
    public init(level: String, for duration: String?) {
        self.level = level
        self.for = duration
    }
}
