public import CoreMetrics
public import Logging
public import ServiceLifecycle

/// Runs the health checks every few seconds, remembers what they found, and answers the health endpoints.
public final class HealthMonitor: Sendable, Service {
    /// A monitor.
    public init(
        checks: [HealthCheck], interval: Duration = .seconds(5), timeout: Duration = .seconds(2),
        metrics: any MetricsFactory, logger: Logger, now: @escaping @Sendable () -> Int64 = { 0 }
    ) {
        fatalError("to come")
    }

    /// Where the daemon is in its life; `starting` at first.
    public var phase: HealthPhase { fatalError("to come") }

    /// Enters a phase.
    public func enter(_ phase: HealthPhase) {}

    /// Runs the checks each interval until graceful shutdown.
    public func run() async throws {}

    /// The answer of an endpoint, from checks run now, without those in `excluding`.
    public func report(_ endpoint: HealthEndpoint, excluding: Set<String> = []) async -> HealthReport {
        fatalError("to come")
    }
}
