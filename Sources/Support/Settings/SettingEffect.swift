/// When a changed value of a key takes effect.
public enum SettingEffect: String, Sendable, Hashable, CaseIterable {
    /// With a reload, while the daemon goes on.
    case reload
    /// With the daemon's next start.
    case restart
}
