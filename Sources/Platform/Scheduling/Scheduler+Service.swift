import Datastore
import Logging
public import ServiceLifecycle
import Synchronization

extension Scheduler: Service {
    /// Settles what the last daemon left open, then runs what is due until the graceful shutdown, in which runs under
    /// way may end within the timeout.
    ///
    /// Throws when the datastore cannot be read at the start; errors later are logged, and tried again.
    public func run() async throws {
        try await lock.withLock { try await recover() }
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.retention.run { self.runRetention } }
                await self.loop()
                group.cancelAll()
            }
        } onGracefulShutdown: {
            self.stop()
        }
        await drain()
    }

    /// Closes open records, records what was missed, and loads the jobs; under the lock.
    private func recover() async throws {
        let now = clock.now
        let closed = try await ledger.closeOpen(at: now)
        for run in closed { note(run) }
        let marks = try await ledger.marks()
        var steps: [Step] = []
        var jobs: [String: SchedulerState.Scheduled] = [:]
        for job in try await store.all() {
            metrics.register(job.name, lastSuccess: marks[job.name]?.lastSuccess)
            let scheduled = SchedulerState.Scheduled(job, schedule(of: job), mark: marks[job.name]?.mark ?? now)
            if let plan = scheduled.plan(now: now, lateness: job.latenessAfterDowntime) {
                steps.append(Step(job, plan, .start, late: .downtime, now: now))
            }
            jobs[job.name] = scheduled
        }
        let recovered = jobs
        state.withLock { state in
            state.jobs = recovered
            if state.phase == .idle { state.phase = .running }
        }
        try await take(steps, marks: jobs.mapValues(\.mark))
        state.withLock { $0.lastTurn = clock.uptime }
        beginning.ring()
    }

    /// When a job runs; nil, with a word in the log, where its zone has gone from this machine.
    private func schedule(of job: Job) -> ZonedSchedule? {
        do throws(SchedulingError) {
            return try zones.schedule(of: job)
        } catch {
            logger.error("job not scheduled", metadata: ["job": "\(job.name)", "error": "\(error)"])
            return nil
        }
    }

    private func loop() async {
        while !Task.isCancelled, state.withLock({ $0.phase }) == .running {
            let wake = await lock.withLock { await turn() }
            await sleep(until: wake)
        }
    }

    /// Sleeps until then or the doorbell, but no longer than it takes to notice a clock that was set.
    private func sleep(until wake: Timestamp?) async {
        let longest = clock.now.advanced(by: timing.longestSleep)
        let time = min(wake ?? longest, longest)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [clock] in try? await clock.sleep(until: time) }
            group.addTask { [doorbell] in await doorbell.wait() }
            await group.next()
            group.cancelAll()
        }
    }

    private func stop() {
        let lanes = state.withLock { state in
            state.phase = .stopping
            return state.lanes.values.map { $0 }
        }
        for lane in lanes { lane.bell.ring() }
        doorbell.ring()
    }

    /// Lets calls under way end within the timeout, then ends them.
    private func drain() async {
        let waiting = await lock.withLock {
            state.withLock { state in
                state.phase = .stopping
                return state.lanes.keys.compactMap { name in
                    state.lanes[name]?.queue.dropWaiting().map { LedgerRecord.scheduled(name, $0, .waiting) }
                }
            }
        }
        for record in waiting { await skip(record, "the daemon stopped before its turn came") }
        let tasks = state.withLock { $0.lanes.values.compactMap(\.task) }
        guard !tasks.isEmpty else { return }
        let deadline = clock.now.advanced(by: timing.shutdownTimeout)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for task in tasks { _ = await task.value }
                return true
            }
            group.addTask { [clock] in
                try? await clock.sleep(until: deadline)
                return false
            }
            if await group.next() == false { for task in tasks { task.cancel() } }
            group.cancelAll()
        }
    }
}
