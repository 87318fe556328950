import Datastore
import Foundation
import TestSupport
import Testing

@testable import Scheduling

@Suite("Scheduler", .timeLimit(.minutes(20)))
struct SchedulerTests {
    @Test("Each instant is run once, by the clock alone, and its outcome recorded")
    func eachInstant() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            try await world.running(scheduler) {
                var expected: [String] = []
                for minute in 1...59 {
                    let time = instant("2026-11-22T10:00:00Z").advanced(by: .seconds(60 * minute))
                    #expect(await eventually { world.clock.alarms.contains(time) })
                    world.clock.set(time)
                    expected.append(CivilTime(time).text)
                    #expect(await eventually { world.caller.times == expected })
                }
                try await world.expectLedger(expected.map { "\($0) succeeded" })
                let page = try await scheduler.runs(limit: 1)
                #expect(page.runs.first?.status == 200)
                #expect(page.runs.first?.startTime == instant("2026-11-22T10:59:00Z"))
                #expect(page.runs.first?.endTime == instant("2026-11-22T10:59:00Z"))
            }
        }
    }

    @Test("Decades of a leap day's job take no time")
    func decades() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler(retention: .seconds(3_000_000_000))
            try await scheduler.create(job("0 0 29 2 *"))
            try await world.running(scheduler) {
                for year in stride(from: 2028, through: 2096, by: 4) {
                    await world.turn(scheduler, to: "\(year)-02-29T00:00:10Z")
                    #expect(await eventually { world.caller.calls.count == (year - 2024) / 4 })
                }
                #expect(scheduler.nextRun(of: "tick") == instant("2104-02-29T00:00:00Z"))
            }
        }
    }

    @Test("Several jobs run at the same instant, each in its own lane")
    func severalJobs() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            for index in 0..<50 { try await scheduler.create(job(name: "job-\(index)")) }
            world.caller.hold()
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                #expect(await eventually { world.caller.calls.count == 50 })
                world.caller.release()
                let isDone = try await eventually { try await scheduler.runs(outcome: .succeeded).runs.count == 50 }
                #expect(isDone)
            }
            #expect(world.caller.overlaps == 0)
        }
    }

    @Test("A bad status and no answer are failures, with what is known of them")
    func failures() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            try await world.running(scheduler) {
                world.caller.answer(.answered(status: 503, excerpt: "no"))
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z failed"])
                let first = try await scheduler.runs().runs.first
                #expect(first?.status == 503)
                #expect(first?.message == "answered 503: no")
                world.caller.answer(.failed("refused"))
                await world.turn(scheduler, to: "2026-11-22T10:02:00Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z failed", "2026-11-22T10:02:00Z failed"])
                let second = try await scheduler.runs().runs.first
                #expect(second?.status == nil)
                #expect(second?.message == "refused")
            }
        }
    }

    @Test("Runs of one job never overlap: the next waits, and those that find it waiting are skipped")
    func overlap() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            world.caller.hold()
            try await world.running(scheduler) {
                for minute in 1...4 { await world.turn(scheduler, to: "2026-11-22T10:0\(minute):00Z") }
                try await world.expectLedger([
                    "2026-11-22T10:01:00Z running", "2026-11-22T10:02:00Z waiting", "2026-11-22T10:03:00Z skipped",
                    "2026-11-22T10:04:00Z skipped",
                ])
                let skipped = try await scheduler.runs(outcome: .skipped).runs.first
                #expect(skipped?.message == "the run of 2026-11-22T10:02:00Z still waited for the one before it")
                world.clock.set("2026-11-22T10:04:30Z")
                world.caller.answerHeld()
                #expect(await eventually { world.caller.calls.count == 2 })
                #expect(world.caller.times.last == "2026-11-22T10:02:00Z")
                await world.turn(scheduler, to: "2026-11-22T10:05:00Z")
                world.caller.release()
                try await world.expectLedger([
                    "2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z succeeded", "2026-11-22T10:03:00Z skipped",
                    "2026-11-22T10:04:00Z skipped", "2026-11-22T10:05:00Z succeeded",
                ])
            }
            let second = try await scheduler.runs(since: instant("2026-11-22T10:02:00Z")).runs.last
            #expect(second?.startTime == instant("2026-11-22T10:04:30Z"))
            #expect(world.caller.overlaps == 0)
        }
    }

    @Test("A paused job's instants pass without runs and without records")
    func paused() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            try await world.running(scheduler) {
                try await scheduler.pause("tick")
                #expect(scheduler.nextRun(of: "tick") == nil)
                await world.turn(scheduler, to: "2026-11-22T10:05:10Z")
                try await scheduler.resume("tick")
                #expect(scheduler.nextRun(of: "tick") == instant("2026-11-22T10:06:00Z"))
                await world.turn(scheduler, to: "2026-11-22T10:06:00Z")
                try await world.expectLedger(["2026-11-22T10:06:00Z succeeded"])
            }
        }
    }

    @Test("A job paused or deleted while an instant waits does not run it")
    func pausedWhileWaiting() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job(name: "a"))
            try await scheduler.create(job(name: "b"))
            world.caller.hold()
            try await world.running(scheduler) {
                for minute in 1...2 { await world.turn(scheduler, to: "2026-11-22T10:0\(minute):00Z") }
                try await scheduler.pause("a")
                try await scheduler.delete("b")
                world.caller.release()
                let lines = ["2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z skipped"]
                try await world.expectLedger(lines, "a")
                try await world.expectLedger(lines, "b")
            }
            let reasons = try await scheduler.runs(outcome: .skipped).runs.compactMap(\.message).sorted()
            #expect(reasons.map { $0.prefix(19) } == ["the job was deleted", "the job was paused "])
            #expect(world.caller.calls.count == 2)
        }
    }

    @Test("A clock set back runs no instant twice")
    func clockBack() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            try await world.running(scheduler) {
                for time in ["10:01:00", "10:02:00", "09:30:00", "09:31:00", "10:01:00", "10:02:30", "10:03:00"] {
                    await world.turn(scheduler, to: "2026-11-22T\(time)Z")
                }
                #expect(await eventually { world.caller.calls.count == 3 })
                #expect(world.caller.times.map { $0.dropFirst(11) } == ["10:01:00Z", "10:02:00Z", "10:03:00Z"])
            }
        }
    }

    @Test("A clock set ahead leaves one record of what it jumped over")
    func clockAhead() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler(retention: .seconds(3_000_000_000))
            try await scheduler.create(job())
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                await world.turn(scheduler, to: "2027-11-22T10:01:20Z")
                try await world.expectLedger([
                    "2026-11-22T10:01:00Z succeeded",
                    "2026-11-22T10:02:00Z to 2027-11-22T10:00:00Z missed \(365 * 1440 - 1)",
                    "2027-11-22T10:01:00Z succeeded",
                ])
            }
        }
    }

    @Test("The loop counts as alive while it turns")
    func alive() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let timing = SchedulerTiming(longestSleep: .seconds(1), hangAfter: .seconds(10))
            let scheduler = world.scheduler(timing: timing)
            #expect(!scheduler.isAlive)
            try await world.running(scheduler) {
                world.clock.age(by: .seconds(9))
                #expect(scheduler.isAlive)
                // The clock on the wall stands, so that the loop sleeps on.
                world.clock.age(by: .seconds(3))
                #expect(!scheduler.isAlive)
                await world.turn(scheduler, to: "2026-11-22T10:00:31Z")
                #expect(scheduler.isAlive)
            }
        }
    }

    @Test("What cannot be recorded is not called, and runs when the datastore writes again")
    func brokenDatastore() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            try await world.running(scheduler) {
                world.engine.setBroken(true)
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                #expect(world.caller.calls.isEmpty)
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:01Z")) })
                world.engine.setBroken(false)
                world.clock.set("2026-11-22T10:01:01Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded"])
                #expect(world.caller.calls.count == 1)
            }
        }
    }

    @Test("An outcome that could not be written is tried again")
    func brokenOutcome() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            world.caller.hold()
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                #expect(await eventually { world.caller.calls.count == 1 })
                world.engine.setBroken(true)
                world.caller.release()
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:01Z")) })
                world.engine.setBroken(false)
                world.clock.set("2026-11-22T10:01:01Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded"])
            }
        }
    }
}
