import Datastore

/// The jobs' entities. A change of a job also settles its past: the mark is raised to now, and instants that were due
/// under the old schedule, but not yet seen, are recorded as missed in the same transaction.
struct JobStore: Sendable {
    let datastore: Datastore
    let zones: ZoneDatabase

    /// What a change comes to.
    struct Change: Sendable {
        var mark: JobMark
        var missed: MissedRange?
    }

    func all() async throws -> [Job] {
        let query = Query(kind: Job.kind, namespace: Key.platformNamespace)
        return try await RunLedger(datastore: datastore).all(query).compactMap(Job.init)
    }

    func job(_ name: String) async throws -> Job? {
        guard Job.isName(name) else { return nil }
        return try await datastore.lookup(Job.key(name)).flatMap { Job($0.entity) }
    }

    func create(_ job: Job, now: Timestamp) async throws -> Change {
        try await datastore.transaction { transaction in
            guard try transaction.get(Job.key(job.name)) == nil else {
                throw SchedulingError(.alreadyExists, "there is a job \(job.name) already")
            }
            try transaction.insert(job.entity)
            return Change(mark: try JobMark.raise(job.name, to: now, in: transaction))
        }
    }

    /// Replaces a job by what the closure makes of it; nil deletes it.
    func change(
        _ name: String, now: Timestamp, _ body: @escaping @Sendable (Job) throws -> Job?
    ) async throws -> (job: Job?, change: Change) {
        try await datastore.transaction { transaction in
            guard Job.isName(name), let old = try transaction.get(Job.key(name)).flatMap(Job.init) else {
                throw SchedulingError(.notFound, "there is no job \(name.debugDescription)")
            }
            let new = try body(old)
            let missed = try settle(old, now: now, in: transaction)
            if let new { try transaction.put(new.entity) } else { try transaction.delete(Job.key(name)) }
            let mark = try JobMark.raise(name, to: now, in: transaction)
            return (new, Change(mark: mark, missed: missed))
        }
    }

    private func settle(_ job: Job, now: Timestamp, in transaction: Transaction) throws -> MissedRange? {
        guard job.state == .enabled, let mark = try transaction.get(JobMark.key(job.name)).flatMap(JobMark.init),
            let schedule = try? zones.schedule(of: job)
        else { return nil }
        let plan = SchedulePlan(schedule: schedule, mark: mark.mark, now: now, lateness: nil)
        guard let missed = plan.missed else { return nil }
        let record = LedgerRecord.missed(
            job.name, missed, message: "the job was changed before these were run", now: now)
        guard try transaction.get(record.key) == nil else { return nil }
        try transaction.insert(record.entity)
        return missed
    }
}
