/// What a ``SettingsLoader`` loaded.
public struct LoadedSettings: Sendable, Hashable {
    /// The settings in force.
    public let settings: Settings
    /// Every key with its value and source, in the catalogue's order.
    public let effective: [EffectiveSetting]
    /// The file that was read, or nil if there was none.
    public let configFile: String?

    /// Settings with the story of where they came from.
    public init(settings: Settings, effective: [EffectiveSetting], configFile: String?) {
        self.settings = settings
        self.effective = effective
        self.configFile = configFile
    }
}
