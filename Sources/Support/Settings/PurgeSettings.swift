/// What the purge of storage logs deletes, `purge` in the file.
public struct PurgeSettings: Sendable, Hashable {
    /// Storage logs older than this are deleted when the purge runs.
    public var retain: Duration

    /// The purge's settings; without arguments, the defaults.
    public init(retain: Duration = .seconds(180)) {
        self.retain = retain
    }
}
