/// A setting whose value on the disk is another than the one in force.
public struct ConfigDifference: Codable, Sendable, Hashable {
    /// The setting's path, e.g. `purge.retain`.
    public let key: String
    /// The value in force.
    public let running: String
    /// The value that file, environment and flags give now.
    public let onDisk: String
    /// Where that value comes from, e.g. `trivet.yaml:12`.
    public let source: String
    /// What brings it into force: `reload` or `restart`.
    public let effect: String

    /// Creates a difference.
    public init(key: String, running: String, onDisk: String, source: String, effect: String) {
        self.key = key
        self.running = running
        self.onDisk = onDisk
        self.source = source
        self.effect = effect
    }
}

/// The answer of `GET /admin/v1/config:diff`.
public struct ConfigDiff: Codable, Sendable, Hashable {
    /// The file that was read; nil when there was none.
    public let configFile: String?
    /// The settings that differ, in the order of the documentation.
    public let differences: [ConfigDifference]

    /// Creates an answer.
    public init(configFile: String?, differences: [ConfigDifference]) {
        self.configFile = configFile
        self.differences = differences
    }
}

/// A setting that differed when the settings were read again.
public struct ConfigChange: Codable, Sendable, Hashable {
    /// The setting's path, e.g. `purge.retain`.
    public let key: String
    /// The value before.
    public let before: String
    /// The value that file, environment and flags give now.
    public let after: String
    /// Where that value comes from, e.g. `trivet.yaml:12`.
    public let source: String
    /// Whether it is in force; if not, it needs a restart.
    public let applied: Bool

    /// Creates a change.
    public init(key: String, before: String, after: String, source: String, applied: Bool) {
        self.key = key
        self.before = before
        self.after = after
        self.source = source
        self.applied = applied
    }
}

/// The answer of `POST /admin/v1/config:reload`.
public struct ConfigReload: Codable, Sendable, Hashable {
    /// The file that was read; nil when there was none.
    public let configFile: String?
    /// The settings that differed, in the order of the documentation.
    public let changes: [ConfigChange]

    /// Creates an answer.
    public init(configFile: String?, changes: [ConfigChange]) {
        self.configFile = configFile
        self.changes = changes
    }
}
