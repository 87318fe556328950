import Datastore
import Logging
import Synchronization

// From one attempt to the next, within a run.
extension Scheduler {
    /// Calls until an attempt succeeds or none may follow; the record returned has the outcome.
    func attempt(_ job: Job, _ record: LedgerRecord) async -> LedgerRecord {
        var record = record
        let beginning = clock.uptime
        // The record was written with the time of the decision; many that are due together go out a little later.
        let start = clock.now
        record.run.startTime = start
        if let instant = record.run.scheduledTime { metrics.started(start.since(instant)) }
        let bell = state.withLock { $0.lanes[job.name]?.bell } ?? Doorbell()
        while true {
            let attempt = await call(job, record)
            record.run.attempts.append(attempt)
            record.run.status = attempt.status
            if attempt.isSuccess { return ended(record, .succeeded, nil) }
            if Task.isCancelled, attempt.status == nil {
                return ended(record, .interrupted, "the daemon stopped while the call was out")
            }
            let elapsed = clock.uptime - beginning
            guard let backoff = job.retry.backoff(afterAttempts: record.run.attempts.count, elapsed: elapsed) else {
                return ended(record, .failed, attempt.reason)
            }
            let next = clock.now.advanced(by: backoff)
            record.run.message = "\(attempt.reason); the next attempt is at \(CivilTime(next).exactText)"
            await keep(record)
            if let (outcome, reason) = await wait(until: next, for: record, bell) {
                return ended(record, outcome, "\(attempt.reason); \(reason) before the next attempt")
            }
        }
    }

    private func call(_ job: Job, _ record: LedgerRecord) async -> JobAttempt {
        switch job.target {
        case .http(let target): await call(JobCall(job: job, target: target, scheduledTime: record.time))
        case .pubsub(let target): await publish(target)
        }
    }

    private func call(_ call: JobCall) async -> JobAttempt {
        let (time, begin) = (clock.now, clock.uptime)
        let result = await caller.call(call)
        let latency = clock.uptime - begin
        return switch result {
        case .answered(let status, let excerpt, let advice):
            JobAttempt(startTime: time, latency: latency, status: status, answer: excerpt, error: advice)
        case .failed(let reason): JobAttempt(startTime: time, latency: latency, error: reason)
        }
    }

    /// The attempt deadline is for answers that may not come: a message is stored or refused at once.
    private func publish(_ target: PubSubTarget) async -> JobAttempt {
        let (time, begin) = (clock.now, clock.uptime)
        let result = await publisher.publish(target)
        let latency = clock.uptime - begin
        return switch result {
        case .published(let id): JobAttempt(startTime: time, latency: latency, status: 200, messageID: id)
        case .refused(let status, let reason):
            JobAttempt(startTime: time, latency: latency, status: status, error: reason)
        }
    }

    private func ended(_ record: LedgerRecord, _ outcome: JobRun.Outcome, _ message: String?) -> LedgerRecord {
        var record = record
        record.run.endTime = clock.now
        record.run.outcome = outcome
        record.run.message = message
        return record
    }

    /// Writes the attempts so far. Where that fails the run goes on: its end writes them all again.
    private func keep(_ record: LedgerRecord) async {
        do {
            try await ledger.update(record)
        } catch {
            logger.error(
                "attempt of a run not recorded", metadata: ["job": "\(record.run.job)", "error": "\(error)"])
        }
    }

    /// Waits out a backoff; returns why no attempt is to follow, if so, as soon as that is known.
    private func wait(
        until time: Timestamp, for record: LedgerRecord, _ bell: Doorbell
    ) async -> (JobRun.Outcome, String)? {
        while true {
            if let reason = reasonToEnd(record) { return reason }
            let isOver = await withTaskGroup(of: Bool.self) { group in
                group.addTask { [clock] in (try? await clock.sleep(until: time)) != nil }
                group.addTask {
                    await bell.wait()
                    return false
                }
                let isOver = await group.next() ?? false
                group.cancelAll()
                return isOver
            }
            if isOver { return reasonToEnd(record) }
        }
    }

    private func reasonToEnd(_ record: LedgerRecord) -> (JobRun.Outcome, String)? {
        let (phase, job) = state.withLock { ($0.phase, $0.jobs[record.run.job]?.job) }
        if phase == .stopping || Task.isCancelled { return (.interrupted, "the daemon stopped") }
        guard let job else { return (.failed, "the job was deleted") }
        // A run by hand of a paused job was wanted so.
        return job.state == .paused && record.run.kind != .manual ? (.failed, "the job was paused") : nil
    }
}
