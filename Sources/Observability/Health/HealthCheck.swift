/// One thing that is looked at to say whether the daemon is well.
public struct HealthCheck: Sendable {
    /// The endpoints that a check can fail; `/healthz` shows every check.
    public enum Endpoint: Sendable, Hashable, CaseIterable {
        /// `/livez`.
        case live
        /// `/readyz`.
        case ready
    }

    /// The check's name: unique in a monitor, in lower-case letters, digits and hyphens.
    public let name: String
    /// The endpoints that fail when the check fails.
    public let affects: Set<Endpoint>
    /// Looks and tells. It should answer within milliseconds; the monitor gives up on it after its timeout.
    public let check: @Sendable () async -> HealthStatus

    /// A check.
    public init(
        name: String, affects: Set<Endpoint> = [.ready], check: @escaping @Sendable () async -> HealthStatus
    ) {
        self.name = name
        self.affects = affects
        self.check = check
    }
}
