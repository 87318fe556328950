import CoreMetrics
import Datastore
import MetricDescribing
import Synchronization

/// The scheduler's metrics. A job's are made when the job is first seen, at zero.
final class SchedulerMetrics: Sendable {
    private struct JobMetrics: Sendable {
        let runs: [JobRun.Outcome: Counter]
        let duration: Recorder
        let lastSuccess: Recorder
    }

    private static let runs = "trivet_scheduler_runs_total"
    private static let duration = "trivet_scheduler_run_duration_seconds"
    private static let startDelay = "trivet_scheduler_start_delay_seconds"
    private static let lastSuccess = "trivet_scheduler_last_success_timestamp_seconds"

    private let factory: any MetricsFactory
    private let startDelay: Recorder
    private let jobs = Mutex<[String: JobMetrics]>([:])

    init(_ factory: any MetricsFactory) {
        self.factory = factory
        let times = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 180, 600, 1800]
        factory.describe(Self.runs, help: "Instants of a job's schedule and runs by hand, by how they ended.")
        factory.describe(Self.duration, help: "The time that a run of the job took, retries and all.", buckets: times)
        factory.describe(
            Self.startDelay, help: "From the instant of the schedule to the start of its run.", buckets: times)
        factory.describe(Self.lastSuccess, help: "When a run of the job last succeeded; 0 for never.")
        startDelay = Recorder(label: Self.startDelay, dimensions: [], aggregate: true, factory: factory)
    }

    /// Brings a job's metrics into being.
    func register(_ job: String, lastSuccess: Timestamp?) {
        let gauge = metrics(job).lastSuccess
        gauge.record(lastSuccess.map(Self.seconds) ?? 0)
    }

    func started(_ delay: Duration) {
        startDelay.record(Self.seconds(max(.zero, delay)))
    }

    func ended(_ run: JobRun) {
        let metrics = metrics(run.job)
        let count = if case .missed(let range) = run.kind { range.count } else { 1 }
        metrics.runs[run.outcome]?.increment(by: count)
        if let start = run.startTime, let end = run.endTime, run.outcome != .interrupted {
            metrics.duration.record(Self.seconds(max(.zero, end.since(start))))
        }
        if run.outcome == .succeeded, let end = run.endTime { metrics.lastSuccess.record(Self.seconds(end)) }
    }

    private func metrics(_ job: String) -> JobMetrics {
        jobs.withLock { jobs in
            if let metrics = jobs[job] { return metrics }
            // Not `job`: Prometheus gives that label to every sample it scrapes, and would rename ours.
            let label = [("job_name", job)]
            let runs = JobRun.Outcome.allCases.filter(\.isFinal).map { outcome in
                let dimensions = label + [("outcome", outcome.rawValue)]
                return (outcome, Counter(label: Self.runs, dimensions: dimensions, factory: factory))
            }
            let metrics = JobMetrics(
                runs: Dictionary(uniqueKeysWithValues: runs),
                duration: Recorder(label: Self.duration, dimensions: label, aggregate: true, factory: factory),
                lastSuccess: Recorder(label: Self.lastSuccess, dimensions: label, aggregate: false, factory: factory))
            jobs[job] = metrics
            return metrics
        }
    }

    private static func seconds(_ time: Timestamp) -> Double { Double(time.microseconds) / 1_000_000 }

    private static func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}
