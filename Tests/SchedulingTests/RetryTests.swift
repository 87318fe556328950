import Datastore
import Foundation
import ServiceLifecycle
import TestSupport
import Testing

@testable import Scheduling

@Suite("Retries of a run", .timeLimit(.minutes(20)))
struct RetryTests {
    private let no = JobCallResult.answered(status: 503, excerpt: "no")

    private func retrying(_ count: Int = 5, _ change: (inout RetryConfig) -> Void = { _ in }) throws -> Job {
        var job = try job()
        job.retry = RetryConfig(
            retryCount: count, minBackoff: .seconds(10), maxBackoff: .seconds(300), maxDoublings: 3)
        change(&job.retry)
        return job
    }

    @Test("Backoffs double, then grow by equal steps, up to the longest")
    func backoffs() {
        let documented = RetryConfig(
            retryCount: 5, minBackoff: .seconds(10), maxBackoff: .seconds(300), maxDoublings: 3)
        #expect(
            (1...8).map { documented.backoff(before: $0) } == [10, 20, 40, 80, 160, 240, 300, 300].map { .seconds($0) })
        let linear = RetryConfig(retryCount: 5, maxDoublings: 0)
        #expect((1...5).map { linear.backoff(before: $0) } == [5, 10, 15, 20, 25].map { .seconds($0) })
        let doubling = RetryConfig(retryCount: 5, minBackoff: .seconds(1), maxDoublings: 1000)
        #expect((1...5).map { doubling.backoff(before: $0) } == [1, 2, 4, 8, 16].map { .seconds($0) })
        #expect(RetryConfig().backoff(afterAttempts: 1, elapsed: .zero) == nil)
        #expect(documented.backoff(afterAttempts: 5, elapsed: .seconds(1_000_000)) == .seconds(160))
        #expect(documented.backoff(afterAttempts: 6, elapsed: .zero) == nil)
        var limited = documented
        limited.maxRetryDuration = .seconds(60)
        #expect(limited.backoff(afterAttempts: 2, elapsed: .seconds(40)) == .seconds(20))
        #expect(limited.backoff(afterAttempts: 2, elapsed: .milliseconds(40_001)) == nil)
    }

    @Test("A call that fails is made again after its backoff, for the same instant, until it succeeds")
    func untilSuccess() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(try retrying())
            world.caller.answerNext(no, .failed("refused"), no, .answered(status: 201, excerpt: "made"))
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                for (index, time) in ["10:01:10", "10:01:30"].enumerated() {
                    #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T\(time)Z")) })
                    try await world.expectLedger(["2026-11-22T10:01:00Z running"])
                    let open = try await scheduler.runs().runs.first
                    #expect(open?.attempts.count == index + 1)
                    #expect(open?.message?.hasSuffix("; the next attempt is at 2026-11-22T\(time).000000Z") == true)
                    world.clock.set("2026-11-22T\(time)Z")
                }
                // The next instant comes while the run still tries: it waits.
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:02:10Z")) })
                await world.turn(scheduler, to: "2026-11-22T10:02:05Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z running", "2026-11-22T10:02:00Z waiting"])
                world.clock.set("2026-11-22T10:02:10Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z succeeded"])
                let runs = try await scheduler.runs().runs
                #expect(runs.map(\.attempts.count) == [1, 4])
                let run = try #require(runs.last)
                #expect(run.attempts.map(\.status) == [503, nil, 503, 201])
                #expect(run.attempts.map(\.answer) == ["no", nil, "no", "made"])
                #expect(run.attempts.map(\.error) == [nil, "refused", nil, nil])
                #expect(
                    run.attempts.map { CivilTime($0.startTime).text.dropFirst(11) } == [
                        "10:01:00Z", "10:01:10Z", "10:01:30Z", "10:02:10Z",
                    ])
                #expect(run.status == 201)
                #expect(run.message == nil)
                #expect(run.lateReason == nil)
                #expect(runs.first?.lateReason == "the run before it was under way")
            }
            let times = world.caller.times
            #expect(times.dropLast().allSatisfy { $0 == "2026-11-22T10:01:00Z" })
            #expect(times.count == 5)
            #expect(world.caller.overlaps == 0)
        }
    }

    @Test("After the last retry the run failed, and within the retry duration no further attempt is made")
    func exhausted() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(try retrying(1))
            world.caller.answer(no)
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:10Z")) })
                world.clock.set("2026-11-22T10:01:10Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z failed"])
                let run = try await scheduler.runs(outcome: .failed).runs.first
                #expect(run?.attempts.count == 2)
                #expect(run?.message == "answered 503: no")
                try await scheduler.update(try retrying { $0.maxRetryDuration = .seconds(25) })
                await world.turn(scheduler, to: "2026-11-22T10:02:00Z")
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:02:10Z")) })
                world.clock.age(by: .seconds(10))
                world.clock.set("2026-11-22T10:02:10Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z failed", "2026-11-22T10:02:00Z failed"])
                #expect(try await scheduler.runs().runs.first?.attempts.count == 2)
            }
        }
    }

    @Test("A run that waits for its next attempt ends at once when the daemon stops, and says so")
    func stopped() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(try retrying())
            world.caller.answer(no)
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:10Z")) })
            }
            try await world.expectLedger(["2026-11-22T10:01:00Z interrupted"])
            let run = try await scheduler.runs().runs.first
            #expect(run?.message == "answered 503: no; the daemon stopped before the next attempt")
            #expect(run?.attempts.count == 1)
        }
    }

    @Test("A daemon that is killed between attempts leaves them in the record, which the next one closes")
    func killed() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let ledger = RunLedger(datastore: world.datastore)
            try await world.scheduler().create(try retrying())
            var record = LedgerRecord.scheduled("tick", instant("2026-11-22T10:01:00Z"), .running)
            record.run.startTime = instant("2026-11-22T10:01:00Z")
            _ = try await ledger.begin([record], marks: ["tick": instant("2026-11-22T10:01:00Z")])
            record.run.attempts = [
                JobAttempt(startTime: instant("2026-11-22T10:01:00Z"), latency: .zero, error: "refused")
            ]
            try await ledger.update(record)
            world.clock.set("2026-11-22T10:01:05Z")
            try await world.running(world.scheduler()) {}
            try await world.expectLedger(["2026-11-22T10:01:00Z interrupted"])
            let run = try await world.scheduler().runs().runs.first
            #expect(run?.message == "refused; the daemon ended before the next attempt did")
            #expect(run?.attempts == record.run.attempts)
        }
    }

    @Test("A job that is deleted or paused makes no further attempts; other changes leave the run alone")
    func changed() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            for name in ["deleted", "paused", "updated"] {
                var job = try retrying()
                job.name = name
                try await scheduler.create(job)
            }
            world.caller.answer(no)
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                let next = instant("2026-11-22T10:01:10Z")
                #expect(await eventually { world.clock.alarms.filter { $0 == next }.count == 3 })
                try await scheduler.delete("deleted")
                try await scheduler.pause("paused")
                try await scheduler.update("updated") { job in
                    var job = job
                    job.description = "new"
                    return job
                }
                try await world.expectLedger(["2026-11-22T10:01:00Z failed"], "deleted")
                try await world.expectLedger(["2026-11-22T10:01:00Z failed"], "paused")
                #expect(await eventually { world.clock.alarms.contains(next) })
                world.caller.answer(.answered(status: 200, excerpt: ""))
                world.clock.set(next)
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded"], "updated")
                // A run by hand of a paused job was wanted so, retries and all.
                world.caller.answerNext(no)
                let run = Task { try await scheduler.runNow("paused") }
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:20Z")) })
                world.clock.set("2026-11-22T10:01:20Z")
                #expect(try await run.value.outcome == .succeeded)
                #expect(try await run.value.attempts.count == 2)
            }
            let messages = try await scheduler.runs(outcome: .failed).runs.compactMap(\.message).sorted()
            #expect(
                messages == [
                    "answered 503: no; the job was deleted before the next attempt",
                    "answered 503: no; the job was paused before the next attempt",
                ])
        }
    }

    @Test("An attempt that cannot be written down does not end the run")
    func brokenDatastore() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(try retrying())
            world.caller.hold()
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                #expect(await eventually { world.caller.calls.count == 1 })
                world.engine.setBroken(true)
                world.caller.answerNext(no)
                world.caller.release()
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:10Z")) })
                world.engine.setBroken(false)
                world.clock.set("2026-11-22T10:01:10Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded"])
                #expect(try await scheduler.runs().runs.first?.attempts.map(\.status) == [503, 200])
            }
        }
    }
}
