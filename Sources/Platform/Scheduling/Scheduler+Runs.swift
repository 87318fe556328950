import Datastore
import Logging
import Settings
import Synchronization

// From a record that says running to its outcome.
extension Scheduler {
    /// Records a run by hand and starts it; under the lock.
    func startManual(_ name: String) async throws -> Task<JobRun, Never> {
        guard let job = try await store.job(name) else {
            throw SchedulingError(.notFound, "there is no job \(name.debugDescription)")
        }
        let (phase, isRunning) = state.withLock { ($0.phase, $0.lanes[name]?.queue.isRunning ?? false) }
        guard phase == .running else {
            throw SchedulingError(.notRunning, "the scheduler does not run: try again when the daemon is ready")
        }
        guard !isRunning else {
            throw SchedulingError(.alreadyRunning, "a run of \(name) is under way: try again when it has ended")
        }
        let record = try await ledger.beginManual(name, at: clock.now)
        state.withLock { $0.lanes[name, default: .init()].queue.startManual() }
        return start(job, record)
    }

    /// Starts the call of a record that says running; under the lock.
    @discardableResult
    func start(_ job: Job, _ record: LedgerRecord) -> Task<JobRun, Never> {
        // A task of its own: neither the loop's turn nor the caller's end may end it, only the drain.
        let task = Task { await perform(job, record) }
        state.withLock { $0.lanes[record.run.job, default: .init()].task = task }
        return task
    }

    /// Tries to write a record's outcome, three times: the call was made, and the ledger should say so.
    func settle(_ record: LedgerRecord) async {
        // Not cancelled with the run: the outcome of a cancelled run is to be recorded too.
        await Task {
            for attempt in 1...3 {
                do {
                    try await ledger.update(record)
                    return
                } catch {
                    logger.error(
                        "outcome of a run not recorded",
                        metadata: ["job": "\(record.run.job)", "attempt": "\(attempt)", "error": "\(error)"])
                    if attempt < 3 { try? await clock.sleep(until: clock.now.advanced(by: .seconds(1))) }
                }
            }
        }.value
        note(record.run)
    }

    /// Counts and logs a record that has its final outcome.
    func note(_ run: JobRun) {
        metrics.ended(run)
        log(run)
    }

    private func perform(_ job: Job, _ record: LedgerRecord) async -> JobRun {
        let record = await attempt(job, record)
        await settle(record)
        await lock.withLock { await proceed(job.name) }
        return record.run
    }

    /// Frees a job's lane and starts the instant that waited; under the lock.
    private func proceed(_ name: String) async {
        let (waiting, job) = state.withLock { state in
            let waiting = state.lanes[name]?.queue.finish()
            state.lanes[name]?.task = nil
            if waiting == nil { state.lanes[name] = nil }
            return (waiting, state.jobs[name]?.job)
        }
        guard let waiting else { return }
        var record = LedgerRecord.scheduled(name, waiting, .running)
        guard let job, job.state == .enabled else {
            state.withLock { $0.lanes[name] = nil }
            return await skip(record, "the job was \(job == nil ? "deleted" : "paused") while this instant waited")
        }
        let now = clock.now
        let delay = now.since(waiting)
        if let deadline = job.startDeadline, delay > deadline {
            state.withLock { $0.lanes[name] = nil }
            return await skip(
                record,
                """
                its turn came \(DurationText.string(delay)) late: the start deadline is \
                \(DurationText.string(deadline))
                """)
        }
        record.run.startTime = now
        record.run.lateReason = "the run before it was under way"
        do {
            try await ledger.update(record)
            start(job, record)
        } catch {
            logger.error("waiting run not started", metadata: ["job": "\(name)", "error": "\(error)"])
            state.withLock { $0.lanes[name] = nil }
            await skip(record, "its start could not be recorded: \(error)")
        }
    }

    /// Gives a waiting instant its end without a call.
    func skip(_ record: LedgerRecord, _ reason: String) async {
        var record = record
        record.run.outcome = .skipped
        record.run.startTime = nil
        record.run.endTime = clock.now
        record.run.message = reason
        await settle(record)
    }

    private func log(_ run: JobRun) {
        var metadata: Logger.Metadata = ["job": "\(run.job)", "outcome": "\(run.outcome.rawValue)"]
        metadata["instant"] = run.scheduledTime.map { "\(CivilTime($0).text)" }
        metadata["status"] = run.status.map { "\($0)" }
        metadata["attempts"] = run.attempts.count > 1 ? "\(run.attempts.count)" : nil
        metadata["reason"] = run.message.map { "\($0)" }
        if case .missed(let range) = run.kind {
            metadata["from"] = "\(CivilTime(range.from).text)"
            metadata["count"] = "\(range.count)"
        }
        logger.log(level: run.outcome == .succeeded ? .debug : .warning, "run ended", metadata: metadata)
    }
}
