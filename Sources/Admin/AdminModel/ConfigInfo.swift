/// One effective setting.
public struct ConfigEntry: Codable, Sendable, Hashable {
    /// The setting's path, e.g. `purge.retain`.
    public let key: String
    /// Its value as `trivet.yaml` would spell it.
    public let value: String
    /// Where the value came from, e.g. `default` or `trivet.yaml:12`.
    public let source: String

    /// Creates an entry.
    public init(key: String, value: String, source: String) {
        self.key = key
        self.value = value
        self.source = source
    }
}

/// The answer of `GET /admin/v1/config`.
public struct ConfigInfo: Codable, Sendable, Hashable {
    /// The file that was read; nil when there was none.
    public let configFile: String?
    /// Every setting, in the order of the documentation.
    public let settings: [ConfigEntry]

    /// Creates an answer.
    public init(configFile: String?, settings: [ConfigEntry]) {
        self.configFile = configFile
        self.settings = settings
    }
}
