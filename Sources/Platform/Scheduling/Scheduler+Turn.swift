import Datastore
import Logging
import Synchronization

/// Why instants were not run in their time.
enum LateCause: String, Sendable {
    case downtime = "the daemon was down"
    case clock = "the clock jumped, or starts could not be recorded in time"
}

extension Job {
    /// How late an instant may still be started while the daemon is up.
    func lateness(usual: Duration) -> Duration {
        switch missedRuns {
        case .skip: startDeadline ?? usual
        case .runOnce: startDeadline ?? .microseconds(Int64.max)
        }
    }

    /// How late an instant may still be started that passed while the daemon was down; nil for not at all.
    var latenessAfterDowntime: Duration? {
        switch missedRuns {
        case .skip: nil
        case .runOnce: lateness(usual: .zero)
        }
    }
}

// One turn of the loop: what is due is recorded in one transaction, then started.
extension Scheduler {
    /// What a turn will do for one job.
    struct Step: Sendable {
        let job: Job
        let plan: SchedulePlan
        private(set) var records: [LedgerRecord] = []

        /// Decides what becomes of the instants that a plan names, given the job's queue and why they are late, if so.
        init(_ job: Job, _ plan: SchedulePlan, _ arrival: JobQueue.Arrival, late cause: LateCause?, now: Timestamp) {
            self.job = job
            self.plan = plan
            if let missed = plan.missed {
                let message = (cause ?? .clock).rawValue
                records.append(.missed(job.name, missed, message: message, now: now))
            }
            guard let due = plan.due else { return }
            switch arrival {
            case .start:
                var record = LedgerRecord.scheduled(job.name, due, .running)
                record.run.startTime = now
                record.run.lateReason = cause?.rawValue
                records.append(record)
            case .wait: records.append(.scheduled(job.name, due, .waiting))
            case .skip(let waiting):
                var record = LedgerRecord.scheduled(job.name, due, .skipped)
                record.run.endTime = now
                record.run.message = "the run of \(CivilTime(waiting).text) still waited for the one before it"
                records.append(record)
            }
        }
    }

    /// Runs what is due now, under the lock; returns when to turn again.
    func turn() async -> Timestamp? {
        let now = clock.now
        let steps = state.withLock { state in
            state.lastTurn = clock.uptime
            guard state.phase == .running else { return [Step]() }
            return state.jobs.values.compactMap { scheduled in
                let job = scheduled.job
                return scheduled.plan(now: now, lateness: job.lateness(usual: timing.lateness)).map { plan in
                    let arrival = state.lanes[job.name]?.queue.arrival ?? .start
                    let isLate = plan.due.map { now.since($0) > timing.lateness } ?? false
                    return Step(job, plan, arrival, late: isLate ? .clock : nil, now: now)
                }
            }
        }
        if !steps.isEmpty {
            do {
                try await take(steps, marks: [:])
            } catch {
                // Nothing was recorded, so nothing is called; the same instants are due again in the next turn.
                logger.error("due runs not started", metadata: ["jobs": "\(steps.count)", "error": "\(error)"])
                return now.advanced(by: .seconds(1))
            }
        }
        return state.withLock { $0.wake }
    }

    /// Records what the steps say, raises the jobs' marks and others, all at once, and starts what is to run.
    func take(_ steps: [Step], marks others: [String: Timestamp]) async throws {
        let records = steps.flatMap(\.records)
        let marks = others.merging(steps.map { ($0.job.name, $0.plan.mark) }) { _, own in own }
        let isNew = try await ledger.begin(records, marks: marks)
        let accepted = Set(zip(records, isNew).filter(\.1).map(\.0.key))
        for step in steps {
            state.withLock { $0.jobs[step.job.name]?.advance(step.plan) }
            for record in step.records where accepted.contains(record.key) { follow(record, of: step.job) }
        }
    }

    /// What follows from a record that is in the ledger now.
    private func follow(_ record: LedgerRecord, of job: Job) {
        if record.run.outcome.isFinal {
            return note(record.run)
        }
        state.withLock { $0.lanes[job.name, default: .init()].queue.arrive(record.time) }
        if record.run.outcome == .running { start(job, record) }
    }
}
