public import CoreMetrics
public import Logging
import MetricDescribing
public import ServiceLifecycle
import Synchronization

/// Runs the health checks every few seconds, remembers what they found, and answers the health endpoints.
///
/// A check runs at most once at a time: whoever asks while it runs waits for that run. One that hangs fails with
/// `timed out` and goes on hanging alone; it is not started again before it ends.
public final class HealthMonitor: Sendable, Service, CustomStringConvertible {
    private let probes: [HealthProbe]
    private let interval: Duration
    private let logger: Logger
    private let phaseNow: Mutex<HealthPhase>
    /// Ends when the phase `starting` does.
    private let starting: AsyncStream<Void>
    private let started: AsyncStream<Void>.Continuation

    /// A monitor in the phase `starting`.
    /// - Parameters:
    ///   - checks: the checks, in the order in which endpoints show them; their names are unique.
    ///   - interval: the time between two rounds of ``run()``.
    ///   - timeout: how long a check may take before it counts as failed.
    ///   - metrics: gets `trivet_health_check_status`, by check 1 or 0.
    ///   - logger: gets a line each time when a check's status changes, or the phase.
    ///   - now: the time in microseconds since 1970.
    public init(
        checks: [HealthCheck], interval: Duration = .seconds(5), timeout: Duration = .seconds(2),
        metrics: any MetricsFactory, logger: Logger, now: @escaping @Sendable () -> Int64 = WallClock.microseconds
    ) {
        metrics.describe(
            "trivet_health_check_status", help: "Whether a health check passes (1, with warnings too) or fails (0).")
        probes = checks.map { check in
            HealthProbe(
                check: check, timeout: timeout,
                gauge: Meter(
                    label: "trivet_health_check_status", dimensions: [("check", check.name)], factory: metrics),
                logger: logger, now: now)
        }
        self.interval = interval
        self.logger = logger
        phaseNow = Mutex(.starting)
        (starting, started) = AsyncStream.makeStream()
    }

    /// A name for the log of the service group.
    public var description: String { "health monitor" }

    /// Where the daemon is in its life; `starting` at first.
    public var phase: HealthPhase { phaseNow.withLock { $0 } }

    /// What each check found when it last ran; nothing of those that have not run yet.
    public var lastResults: [CheckResult] { probes.compactMap(\.last) }

    /// Enters a phase, from whatever phase.
    public func enter(_ phase: HealthPhase) {
        let before = phaseNow.withLock { now in
            defer { now = phase }
            return now
        }
        if phase != .starting { started.finish() }
        if before != phase { logger.info("entered phase", metadata: ["phase": "\(phase.rawValue)"]) }
    }

    /// Runs every check each interval until graceful shutdown or cancellation, from the end of the start on: before,
    /// nothing is expected to be well.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in self.starting {}
            while !Task.isCancelled {
                _ = await self.runChecks(self.probes)
                try? await Task.sleep(for: self.interval)
            }
        }
    }

    /// The answer of an endpoint, from checks that run now, side by side, each for as long as its timeout at most.
    ///
    /// `/livez` asks the checks that affect it, `/readyz` those that affect that, `/healthz` all. While the daemon does
    /// not serve, `/readyz` and `/healthz` fail, unless `phase` is excluded. Of `excluding`, names of checks that the
    /// endpoint does not have are told in the report.
    public func report(_ endpoint: HealthEndpoint, excluding: Set<String> = []) async -> HealthReport {
        let asked = probes.filter { $0.check.affects(endpoint) }
        let wanted = asked.filter { !excluding.contains($0.check.name) }
        let results = await runChecks(wanted)
        let phase = phase
        var known = asked.map(\.check.name)
        if endpoint != .live { known.insert(HealthReport.phaseCheck, at: 0) }
        let excluded = known.filter(excluding.contains)
        let isHeldBack = endpoint != .live && phase != .serving && !excluding.contains(HealthReport.phaseCheck)
        let worst = results.map(\.status).max { $0.rank < $1.rank } ?? .pass
        return HealthReport(
            endpoint: endpoint, phase: phase,
            status: isHeldBack && !worst.isFailure ? .fail(phase.rawValue) : worst, checks: results,
            excluded: excluded, unknownExclusions: excluding.subtracting(known).sorted())
    }

    /// The results of these checks, run side by side, in their order.
    private func runChecks(_ probes: [HealthProbe]) async -> [CheckResult] {
        await withTaskGroup(of: (Int, CheckResult).self) { group in
            for (index, probe) in probes.enumerated() {
                group.addTask { (index, await probe.run()) }
            }
            var results: [(Int, CheckResult)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}

extension HealthCheck {
    /// Whether the endpoint shows this check.
    func affects(_ endpoint: HealthEndpoint) -> Bool {
        switch endpoint {
        case .live: affects.contains(.live)
        case .ready: affects.contains(.ready)
        case .all: true
        }
    }
}
