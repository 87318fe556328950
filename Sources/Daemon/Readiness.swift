import Health
import Scheduling
import ServiceLifecycle

/// Says when the daemon is ready: from the moment at which every part works until it is told to stop.
struct Readiness: Service {
    let health: HealthMonitor
    let scheduler: Scheduler
    let reports: ManagerReports
    /// Told when the stop begins.
    let onEnd: @Sendable () -> Void

    func run() async throws {
        defer { onEnd() }
        await cancelWhenGracefulShutdown { await scheduler.begun() }
        guard !Task.isCancelled, !Task.isShuttingDownGracefully else { return }
        health.enter(.serving)
        reports.ready()
        try? await gracefulShutdown()
        health.enter(.draining)
        reports.stopping()
    }
}
