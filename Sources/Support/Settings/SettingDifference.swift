/// A key whose value on the disk is another than the one in force.
public struct SettingDifference: Sendable, Hashable {
    /// The key's path, such as `purge.retain`.
    public let key: String
    /// The value in force, in its canonical text form.
    public let running: String
    /// The value that file, environment and flags give now.
    public let onDisk: String
    /// Where that value comes from.
    public let source: SettingSource
    /// When it takes effect.
    public let effect: SettingEffect

    /// A difference.
    public init(key: String, running: String, onDisk: String, source: SettingSource, effect: SettingEffect) {
        self.key = key
        self.running = running
        self.onDisk = onDisk
        self.source = source
        self.effect = effect
    }
}

/// What differs between the settings in force and those on the disk.
public struct SettingsComparison: Sendable, Hashable {
    /// The file that was read, or nil if there was none.
    public let configFile: String?
    /// The keys that differ, in the catalogue's order.
    public let differences: [SettingDifference]

    /// A comparison.
    public init(configFile: String?, differences: [SettingDifference]) {
        self.configFile = configFile
        self.differences = differences
    }
}
