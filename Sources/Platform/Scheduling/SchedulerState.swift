import Datastore

/// What the scheduler keeps in memory; the datastore has all of it that must survive.
struct SchedulerState: Sendable {
    enum Phase: Sendable {
        case idle
        case running
        case stopping
    }

    /// A job and where its schedule stands.
    struct Scheduled: Sendable {
        let job: Job
        /// Nil when the job's zone is not known on this machine: it has no instants then.
        private let schedule: ZonedSchedule?
        private(set) var mark: Timestamp
        private(set) var next: Timestamp?

        init(_ job: Job, _ schedule: ZonedSchedule?, mark: Timestamp) {
            self.job = job
            self.schedule = schedule
            self.mark = mark
            next = schedule?.next(after: mark)
        }

        /// What is due, nil when nothing is: the common case costs a comparison.
        func plan(now: Timestamp, lateness: Duration?) -> SchedulePlan? {
            guard job.state == .enabled, let schedule, let next, next <= now else { return nil }
            return SchedulePlan(schedule: schedule, mark: mark, now: now, lateness: lateness)
        }

        mutating func advance(_ plan: SchedulePlan) {
            mark = plan.mark
            next = plan.next
        }

        /// The next instant that will be run.
        var nextRun: Timestamp? { job.state == .enabled ? next : nil }
    }

    /// A job's runs. Kept by name, not with the job: a job deleted and made anew must not overlap its own past.
    struct Lane: Sendable {
        var queue = JobQueue()
        var task: Task<JobRun, Never>?
        /// Wakes a run that waits for its next attempt.
        let bell = Doorbell()
    }

    var phase = Phase.idle
    var jobs: [String: Scheduled] = [:]
    var lanes: [String: Lane] = [:]
    var lastTurn: Duration?

    /// When the loop has to turn next.
    var wake: Timestamp? { jobs.values.compactMap(\.nextRun).min() }
}
