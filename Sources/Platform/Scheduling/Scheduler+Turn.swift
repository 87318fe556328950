import Datastore
import Logging
import Synchronization

// One turn of the loop: what is due is recorded in one transaction, then started.
extension Scheduler {
    /// What a turn will do for one job.
    private struct Step: Sendable {
        let job: Job
        let plan: SchedulePlan
        var records: [LedgerRecord] = []

        /// Decides what becomes of the instants that a plan names, given the job's queue.
        init(_ job: Job, _ plan: SchedulePlan, _ arrival: JobQueue.Arrival, now: Timestamp) {
            self.job = job
            self.plan = plan
            if let missed = plan.missed {
                records.append(.missed(job.name, missed, message: "the clock jumped over these", now: now))
            }
            guard let due = plan.due else { return }
            switch arrival {
            case .start:
                var record = LedgerRecord.scheduled(job.name, due, .running)
                record.run.startTime = now
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
                scheduled.plan(now: now, lateness: timing.lateness).map { plan in
                    let arrival = state.lanes[scheduled.job.name]?.queue.arrival ?? .start
                    return Step(scheduled.job, plan, arrival, now: now)
                }
            }
        }
        if !steps.isEmpty {
            do {
                try await take(steps)
            } catch {
                // Nothing was recorded, so nothing is called; the same instants are due again in the next turn.
                logger.error("due runs not started", metadata: ["jobs": "\(steps.count)", "error": "\(error)"])
                return now.advanced(by: .seconds(1))
            }
        }
        return state.withLock { $0.wake }
    }

    private func take(_ steps: [Step]) async throws {
        let records = steps.flatMap(\.records)
        let marks = Dictionary(steps.map { ($0.job.name, $0.plan.mark) }) { first, _ in first }
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
            metrics.ended(record.run)
            log(record.run)
            return
        }
        state.withLock { $0.lanes[job.name, default: .init()].queue.arrive(record.time) }
        if record.run.outcome == .running { start(job, record) }
    }
}
