import ApplicationLog
import CoreMetrics
import Datastore
import Hosting
import Logging
import MetricDescribing
import MetricHistory
import PubSub
import RequestLog
import Scheduling
import Settings
import Synchronization

/// Reads the settings again and gives every part its new values. What a part asks for at the time of use, such as the
/// purge's age, it has from `LiveSettings` itself.
final class Reloading: Sendable {
    /// The parts that keep values of their own.
    struct Parts: Sendable {
        let requestLog: RequestLog
        let metricHistory: MetricHistory
        let scheduler: Scheduler
        let pubsub: PubSub
        let hosting: HTTPHosting
        /// Told before and after each reload, whoever asked for it.
        let reports: ManagerReports
    }

    let log: LogControl
    private let settings: LiveSettings
    private let logger: Logger
    private let wentWell: Recorder
    private let lastSuccess: Recorder
    private let parts = Mutex<Parts?>(nil)

    private static let wentWell = "trivet_config_last_reload_successful"
    private static let lastSuccess = "trivet_config_last_reload_success_timestamp_seconds"

    init(settings: LiveSettings, log: LogControl, metrics: any MetricsFactory, logger: Logger) {
        self.settings = settings
        self.log = log
        self.logger = logger
        metrics.describe(Self.wentWell, help: "Whether the settings were good when they were last read.")
        metrics.describe(Self.lastSuccess, help: "When settings that were good were last read.")
        wentWell = Recorder(label: Self.wentWell, dimensions: [], aggregate: false, factory: metrics)
        lastSuccess = Recorder(label: Self.lastSuccess, dimensions: [], aggregate: false, factory: metrics)
        count(isGood: true)
    }

    private func count(isGood: Bool) {
        wentWell.record(isGood ? 1 : 0)
        if isGood { lastSuccess.record(Double(Timestamp.now.microseconds) / 1e6) }
    }

    /// Tells who is to have new values: the parts are built after those that reload.
    func serve(_ parts: Parts) { self.parts.withLock { $0 = parts } }

    /// Reads the settings again and takes over what can change. A bad file changes nothing.
    func reload() async throws(SettingsErrors) -> SettingsComparison {
        let reports = parts.withLock { $0 }?.reports
        let result = if let reports { await reports.reloading { await read() } } else { await read() }
        tell(result)
        return try result.get()
    }

    private func read() async -> Result<SettingsComparison, SettingsErrors> {
        do throws(SettingsErrors) {
            return .success(try await settings.reload { [self] in apply($0) })
        } catch {
            return .failure(error)
        }
    }

    private func apply(_ settings: Settings) {
        log.apply(settings.log)
        guard let parts = parts.withLock({ $0 }) else { return }
        parts.requestLog.apply(settings.requestLog)
        parts.metricHistory.apply(settings.metricHistory)
        parts.scheduler.apply(settings.scheduler, shutdownTimeout: settings.shutdownTimeout.shareOfRuns)
        parts.pubsub.apply(shutdownTimeout: settings.shutdownTimeout.shareOfPushes)
        parts.hosting.apply(settings.limits, shutdownTimeout: settings.shutdownTimeout.shareOfRequests)
    }

    private func tell(_ result: Result<SettingsComparison, SettingsErrors>) {
        switch result {
        case .success(let comparison):
            func list(_ effect: SettingEffect) -> String {
                comparison.differences.filter { $0.effect == effect }.map { "\($0.key)=\($0.onDisk)" }
                    .joined(separator: " ")
            }
            count(isGood: true)
            let (changed, waiting) = (list(.reload), list(.restart))
            logger.notice("settings reloaded", metadata: ["changed": "\(changed.isEmpty ? "nothing" : changed)"])
            if !waiting.isEmpty {
                logger.warning("changed settings need a restart", metadata: ["settings": "\(waiting)"])
            }
        case .failure(let errors):
            count(isGood: false)
            for problem in errors.problems {
                logger.error("settings not reloaded: nothing was changed", metadata: ["problem": "\(problem)"])
            }
        }
    }
}

/// `shutdown_timeout` is shared: the scheduler's runs end first, then pushes, then the requests, of which both are some.
extension Duration {
    /// For runs that are under way.
    var shareOfRuns: Duration { self / 4 }
    /// For pushes that are under way: what is cut off is sent again.
    var shareOfPushes: Duration { self / 8 }
    /// For requests that are under way.
    var shareOfRequests: Duration { self * 5 / 8 }
}
