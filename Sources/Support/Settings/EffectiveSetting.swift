/// A setting's value that is in force, and where it came from.
public struct EffectiveSetting: Sendable, Hashable {
    /// The key's path, such as `purge.retain`.
    public let key: String
    /// The value in its canonical text form: lists joined by commas, an unset value `null`.
    public let value: String
    /// Where the value came from.
    public let source: SettingSource

    /// An effective setting.
    public init(key: String, value: String, source: SettingSource) {
        self.key = key
        self.value = value
        self.source = source
    }
}
