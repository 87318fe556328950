/// The three health endpoints.
public enum HealthEndpoint: String, Sendable, Hashable, CaseIterable {
    /// `/livez`: whether the process is worth keeping; a failure says "restart it".
    case live = "livez"
    /// `/readyz`: whether requests should be sent here.
    case ready = "readyz"
    /// `/healthz`: every check there is.
    case all = "healthz"
}
