import Datastore
import Health
import Hosting
import RequestLog
import Scheduling
import Synchronization

/// What the daemon does, in a line for people, as `systemctl status` shows it.
final class StatusLine: Sendable {
    private let services: Int
    private let health: HealthMonitor
    private let requestLog: RequestLog
    private let scheduler: Scheduler
    private let hosting: HTTPHosting
    /// The last look at the count of requests, for their rate.
    private let look: Mutex<(served: Int, at: ContinuousClock.Instant)>

    init(
        services: Int, health: HealthMonitor, requestLog: RequestLog, scheduler: Scheduler, hosting: HTTPHosting
    ) {
        self.services = services
        self.health = health
        self.requestLog = requestLog
        self.scheduler = scheduler
        self.hosting = hosting
        look = Mutex((requestLog.counters.served, .now))
    }

    /// The line now.
    ///
    /// - Parameter complaint: why the watchdog is not fed; it comes first.
    func text(complaint: String? = nil) -> String {
        switch health.phase {
        case .starting: return "starting"
        case .draining: return "draining; \(count(hosting.connectionCount, "connection")) open"
        case .serving: break
        }
        let outlook = scheduler.outlook
        var parts = ["serving \(count(services, "service")), \(count(outlook.jobs, "job"))", "\(rate()) requests/s"]
        if let next = outlook.next { parts.append("next job \(next.job) at \(Self.clock(next.time.rfc3339))") }
        let problems = (complaint.map { ["self-check: \($0)"] } ?? []) + health.lastResults.compactMap(Self.problem)
        guard problems.isEmpty else { return "degraded: \((problems + parts).joined(separator: "; "))" }
        return parts.joined(separator: "; ")
    }

    private static func problem(_ result: CheckResult) -> String? {
        result.message.map { "\(result.name): \($0)" }
    }

    /// Requests a second since the last look, with a decimal below ten.
    private func rate() -> String {
        let now = (served: requestLog.counters.served, at: ContinuousClock.now)
        let before = look.withLock { look in
            defer { look = now }
            return look
        }
        let seconds = max((now.at - before.at) / .seconds(1), 0.001)
        let tenths = Int((Double(now.served - before.served) / seconds * 10).rounded())
        return tenths >= 100 || tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// `2026-11-22T10:09:00Z` without its date when that is today's (in UTC).
    static func clock(_ time: String, now: String = Timestamp.now.rfc3339) -> String {
        time.utf8.prefix(11).elementsEqual(now.utf8.prefix(11)) ? String(time.dropFirst(11)) : time
    }
}
