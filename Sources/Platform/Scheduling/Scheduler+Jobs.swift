public import Datastore
import Synchronization

// Jobs and the ledger, for whoever administers them. Every method may throw the datastore's errors besides its own.
extension Scheduler {
    /// All jobs, by name.
    public func jobs() async throws -> [Job] {
        try await store.all()
    }

    /// A job, nil when there is none of that name.
    public func job(_ name: String) async throws -> Job? {
        try await store.job(name)
    }

    /// When a job runs next; nil when it is paused, has no instant left, or the scheduler has not begun.
    public func nextRun(of name: String) -> Timestamp? {
        state.withLock { $0.jobs[name]?.nextRun }
    }

    /// Why an enabled job has no next run although its schedule goes on; nil when nothing is wrong.
    public func problem(of job: Job) -> String? {
        do throws(SchedulingError) {
            _ = try zones.zone(job.timeZone)
            return nil
        } catch {
            return error.message
        }
    }

    /// Makes a job; its first instant is the next one. Throws `invalidJob`, `alreadyExists`.
    @discardableResult
    public func create(_ job: Job) async throws -> Job {
        try await lock.withLock {
            let new = try plannedJob(job)
            apply(new.name, new, try await store.create(new, now: clock.now))
            return new
        }
    }

    /// Replaces a job; the new schedule counts from now. Throws `invalidJob`, `notFound`.
    @discardableResult
    public func update(_ job: Job) async throws -> Job {
        try await update(job.name) { _ in job }
    }

    /// Replaces a job by what the closure makes of it, which keeps its name; the new schedule counts from now. Throws
    /// `invalidJob`, `notFound`.
    @discardableResult
    public func update(_ name: String, _ body: @escaping @Sendable (Job) throws -> Job) async throws -> Job {
        let job = try await change(name) { old in
            var new = try body(old)
            new.name = old.name
            return try self.plannedJob(new)
        }
        guard let job else { throw SchedulingError(.notFound, "there is no job \(name.debugDescription)") }
        return job
    }

    /// Deletes a job; its records stay until they are too old. A call under way goes on, without retries. Throws
    /// `notFound`.
    public func delete(_ name: String) async throws {
        _ = try await change(name) { _ in nil }
    }

    /// Lets a job's instants pass without runs; a call under way goes on, without retries. Throws `notFound`.
    public func pause(_ name: String) async throws {
        try await setState(.paused, of: name)
    }

    /// Lets a job run again, from its next instant on. Throws `notFound`.
    public func resume(_ name: String) async throws {
        try await setState(.enabled, of: name)
    }

    /// Runs a job at once, paused or not, and returns its record when it has ended. When the caller's task is
    /// cancelled the run goes on.
    ///
    /// Throws `notFound`, `notRunning`, and `alreadyRunning` rather than wait for a run that is under way: that may
    /// take as long as the job's attempt deadline.
    public func runNow(_ name: String) async throws -> JobRun {
        await (try await startNow(name)).value
    }

    /// Runs a job at once, paused or not, and returns when that is recorded; the task has the record when it has ended.
    /// Throws as `runNow` does.
    public func startNow(_ name: String) async throws -> Task<JobRun, Never> {
        try await lock.withLock { try await startManual(name) }
    }

    /// A page of the ledger, newest first.
    ///
    /// - Parameters:
    ///   - job: of this job only.
    ///   - outcome: with this outcome only.
    ///   - since: of instants at or after this one only.
    ///   - limit: 1 to 1,000 records.
    ///   - pageToken: what the page before gave; throws `invalidPageToken` when it is none of this question's.
    public func runs(
        job: String? = nil, outcome: JobRun.Outcome? = nil, since: Timestamp? = nil, limit: Int = 100,
        pageToken: String? = nil
    ) async throws -> JobRunPage {
        try await ledger.page(job: job, outcome: outcome, since: since, limit: limit, token: pageToken)
    }

    /// The job as `create` and `update` would store it; nothing is done. Throws `invalidJob`.
    public func plannedJob(_ job: Job) throws(SchedulingError) -> Job {
        try job.validate()
        _ = try zones.zone(job.timeZone)
        var job = job
        if case .pubsub(let target) = job.target { job.target = .pubsub(try publisher.checked(target)) }
        job.userUpdateTime = clock.now
        return job
    }

    private func setState(_ new: Job.State, of name: String) async throws {
        _ = try await change(name) { job in
            var job = job
            job.state = new
            return job
        }
    }

    private func change(_ name: String, _ body: @escaping @Sendable (Job) throws -> Job?) async throws -> Job? {
        try await lock.withLock {
            let (job, change) = try await store.change(name, now: clock.now, body)
            apply(name, job, change)
            return job
        }
    }

    /// Brings memory after the datastore, under the lock.
    private func apply(_ name: String, _ job: Job?, _ change: JobStore.Change) {
        if let missed = change.missed {
            metrics.ended(
                JobRun(job: name, kind: .missed(missed), scheduledTime: missed.to, outcome: .missed))
        }
        if job != nil { metrics.register(name, lastSuccess: change.mark.lastSuccess) }
        let schedule = job.flatMap { try? zones.schedule(of: $0) }
        let lane = state.withLock { state in
            if state.phase != .idle {
                state.jobs[name] = job.map { SchedulerState.Scheduled($0, schedule, mark: change.mark.mark) }
            }
            return state.lanes[name]
        }
        lane?.bell.ring()
        doorbell.ring()
    }
}
