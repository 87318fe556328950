/// The settings of the audit log, `audit` in the file.
public struct AuditSettings: Sendable, Hashable {
    /// Audit records older than this are deleted.
    public var retention: Duration

    /// The audit log's settings; without arguments, the defaults.
    public init(retention: Duration = .seconds(365 * 86_400)) {
        self.retention = retention
    }
}
