import Datastore
import Foundation
import TestSupport
import Testing

@testable import Scheduling

@Suite("Missed runs, start deadlines and clocks that jump", .timeLimit(.minutes(20)))
struct MissedRunTests {
    private func catchingUp(_ schedule: String = "* * * * *", deadline: Duration? = nil) throws -> Job {
        var job = try job(schedule)
        job.missedRuns = .runOnce
        job.startDeadline = deadline
        return job
    }

    @Test("A job that wants it runs the last instant of a downtime at the next start, once; the others were missed")
    func runOnce() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            try await world.scheduler().create(try catchingUp())
            try await world.running(world.scheduler()) {}
            world.clock.set("2026-11-22T12:00:20Z")
            try await world.running(world.scheduler()) {
                try await world.expectLedger([
                    "2026-11-22T10:01:00Z to 2026-11-22T11:59:00Z missed 119", "2026-11-22T12:00:00Z succeeded",
                ])
            }
            try await world.running(world.scheduler()) {}
            #expect(world.caller.times == ["2026-11-22T12:00:00Z"])
            let run = try await world.scheduler().runs(outcome: .succeeded).runs.first
            #expect(run?.lateReason == "the daemon was down")
            #expect(run?.startTime == instant("2026-11-22T12:00:20Z"))
        }
    }

    @Test("Beyond the start deadline nothing is run, at a start as little as after a jump of the clock")
    func deadline() async throws {
        try await World.with("2026-11-22T10:30:00Z") { world in
            let hourly = "0 * * * *"
            try await world.scheduler().create(try catchingUp(hourly, deadline: .seconds(600)))
            world.clock.set("2026-11-22T11:10:01Z")
            let scheduler = world.scheduler()
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T13:10:00Z")
                await world.turn(scheduler, to: "2026-11-22T14:10:01Z")
                try await world.expectLedger([
                    "2026-11-22T11:00:00Z to 2026-11-22T11:00:00Z missed 1",
                    "2026-11-22T12:00:00Z to 2026-11-22T12:00:00Z missed 1", "2026-11-22T13:00:00Z succeeded",
                    "2026-11-22T14:00:00Z to 2026-11-22T14:00:00Z missed 1",
                ])
            }
            let run = try await scheduler.runs(outcome: .succeeded).runs.first
            #expect(run?.lateReason == "the clock jumped, or starts could not be recorded in time")
        }
    }

    @Test("Where missed runs are skipped, the start deadline says what is missed while the daemon is up")
    func deadlineWithSkip() async throws {
        try await World.with("2026-11-22T10:30:00Z") { world in
            var patient = try job("0 * * * *", name: "patient")
            patient.startDeadline = .seconds(1200)
            var strict = try job("0 * * * *", name: "strict")
            strict.startDeadline = .seconds(5)
            let scheduler = world.scheduler()
            try await scheduler.create(patient)
            try await scheduler.create(strict)
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T11:00:06Z")
                await world.turn(scheduler, to: "2026-11-22T12:20:00Z")
                try await world.expectLedger(
                    ["2026-11-22T11:00:00Z succeeded", "2026-11-22T12:00:00Z succeeded"], "patient")
                try await world.expectLedger(
                    [
                        "2026-11-22T11:00:00Z to 2026-11-22T11:00:00Z missed 1",
                        "2026-11-22T12:00:00Z to 2026-11-22T12:00:00Z missed 1",
                    ], "strict")
            }
            // After a downtime it is the policy's turn.
            world.clock.set("2026-11-22T13:00:01Z")
            try await world.running(world.scheduler()) {}
            let lines = try await world.ledger("patient")
            #expect(lines.last == "2026-11-22T13:00:00Z to 2026-11-22T13:00:00Z missed 1")
        }
    }

    @Test("An instant whose turn comes after the start deadline is not run, and the ledger says why")
    func deadlineWhileWaiting() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            var job = try job()
            job.startDeadline = .seconds(90)
            try await scheduler.create(job)
            world.caller.hold()
            try await world.running(scheduler) {
                for minute in 1...2 { await world.turn(scheduler, to: "2026-11-22T10:0\(minute):00Z") }
                await world.turn(scheduler, to: "2026-11-22T10:03:31Z")
                world.caller.release()
                try await world.expectLedger([
                    "2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z skipped", "2026-11-22T10:03:00Z skipped",
                ])
                await world.turn(scheduler, to: "2026-11-22T10:04:00Z")
                #expect(await eventually { world.caller.calls.count == 2 })
            }
            let reasons = try await scheduler.runs(outcome: .skipped).runs.map(\.message)
            #expect(reasons.last == "its turn came 1m31s late: the start deadline is 1m30s")
        }
    }

    @Test(
        "A clock that jumps an hour ahead or back gives every instant one outcome, also where the zone's clocks jump",
        arguments: ["*/10 * * * *", "*/10 1-3 * * *"])
    func hourJumps(text: String) async throws {
        for policy in MissedRunPolicy.allCases {
            try await World.with("2026-03-29T00:30:30Z") { world in
                let scheduler = world.scheduler()
                var job = try job(text)
                job.timeZone = "Europe/Berlin"
                job.missedRuns = policy
                try await scheduler.create(job)
                try await world.running(scheduler) {
                    var now = world.clock.now
                    for jump in [600, 3600, 600, -3600, 600, 600, 3600 + 1200, -3600, -3600, 600, 7200, 600, 600] {
                        now = now.advanced(by: .seconds(jump))
                        await world.turn(scheduler, to: CivilTime(now).text)
                        _ = try await eventually { try await scheduler.runs(outcome: .running).runs.isEmpty }
                    }
                    let schedule = ZonedSchedule(schedule: job.schedule, zone: try ZoneDatabase().zone(job.timeZone))
                    let highest = instant("2026-03-29T03:00:30Z")
                    #expect(scheduler.nextRun(of: "tick") == schedule.next(after: highest))
                    try await expectEachOnce(world, schedule, from: instant("2026-03-29T00:30:30Z"), through: highest)
                }
            }
        }
    }

    private func expectEachOnce(
        _ world: World, _ schedule: ZonedSchedule, from begin: Timestamp, through end: Timestamp
    ) async throws {
        let runs = try await RunLedger(datastore: world.datastore)
            .page(job: nil, outcome: nil, since: nil, limit: 1000, token: nil).runs
        var seen: [Timestamp] = []
        for run in runs {
            #expect(run.outcome.isFinal)
            guard case .missed(let range) = run.kind else {
                seen += [run.scheduledTime].compactMap { $0 }
                continue
            }
            var time: Timestamp? = range.from
            while let instant = time, instant <= range.to {
                seen.append(instant)
                time = schedule.next(after: instant)
            }
        }
        #expect(Set(seen).count == seen.count)
        #expect(seen.count == schedule.count(after: begin, through: end))
        #expect(Set(world.caller.times).count == world.caller.times.count)
    }

    @Test("A job whose zone has gone from the machine is kept, runs nothing, and says so")
    func lostZone() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            var lost = try job(name: "lost")
            lost.timeZone = "Europe/Atlantis"
            try await world.datastore.put(lost.entity)
            try await scheduler.create(job())
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded"])
                #expect(scheduler.nextRun(of: "lost") == nil)
                #expect(scheduler.problem(of: lost)?.contains("Europe/Atlantis") == true)
                try await scheduler.pause("lost")
                lost.timeZone = "Europe/Berlin"
                try await scheduler.update(lost)
                #expect(scheduler.nextRun(of: "lost") == instant("2026-11-22T10:02:00Z"))
                #expect(scheduler.problem(of: lost) == nil)
            }
        }
    }

    @Test("Jobs and records that the first version wrote are read, with defaults for what they lack")
    func oldRecords() throws {
        let key = Job.key("log-purge-job")
        let old = Entity(
            key: key,
            properties: [
                "description": .string("", excludeFromIndexes: true), "schedule": .string("* * * * *"),
                "timeZone": .string("Etc/UTC"), "state": .string("ENABLED"),
                "uri": .string("http://storage-logging-service/api/v1/purge", excludeFromIndexes: true),
                "method": .string("GET"), "headers": .array([]), "body": .blob([], excludeFromIndexes: true),
                "attemptDeadlineMicroseconds": .integer(180_000_000),
            ])
        let job = try #require(Job(old))
        let expected = Job(
            name: "log-purge-job", schedule: try CronSchedule(parsing: "* * * * *"),
            target: .http(HTTPTarget(uri: "http://storage-logging-service/api/v1/purge", method: "GET")))
        #expect(job == expected)
        #expect(job.retry == RetryConfig() && job.missedRuns == .skip && job.startDeadline == nil)
        let run = Entity(
            key: RunKey.scheduled("log-purge-job", instant("2026-11-22T10:01:00Z")),
            properties: [
                "job": .string("log-purge-job"), "outcome": .string("succeeded"),
                "time": .timestamp(instant("2026-11-22T10:01:00Z")), "kind": .string("scheduled"),
                "startTime": .timestamp(instant("2026-11-22T10:01:00Z")), "status": .integer(200),
            ])
        let record = try #require(LedgerRecord(run))
        #expect(record.run.outcome == .succeeded && record.run.status == 200)
        #expect(record.run.attempts.isEmpty && record.run.lateReason == nil)
    }
}
