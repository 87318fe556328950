import Datastore
import Foundation
import TestSupport
import Testing
import Transfer

@testable import Scheduling

@Suite("Scheduler's jobs, runs by hand, and pages", .timeLimit(.minutes(20)))
struct SchedulerJobsTests {
    @Test("A run by hand is recorded apart and takes no instant's place")
    func manual() async throws {
        try await World.with("2026-11-22T10:01:00Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:02:00Z")
                #expect(await eventually { world.caller.calls.count == 1 })
                try await world.expectLedger(["2026-11-22T10:02:00Z succeeded"])
                for _ in 0..<3 {
                    let run = try await world.runNow(scheduler, "tick")
                    #expect(run.kind == .manual)
                    #expect(run.outcome == .succeeded)
                    #expect(run.scheduledTime == nil)
                    #expect(run.status == 200)
                }
                try await scheduler.pause("tick")
                world.caller.answer(.answered(status: 500, excerpt: "no"))
                let failed = try await world.runNow(scheduler, "tick")
                #expect(failed.outcome == .failed)
                let lines = try await world.ledger()
                #expect(
                    lines.sorted() == ["2026-11-22T10:02:00Z succeeded", "manual failed"]
                        + [String](repeating: "manual succeeded", count: 3))
            }
        }
    }

    @Test("A run by hand holds the schedule back, and is refused while another is under way")
    func manualSerial() async throws {
        try await World.with("2026-11-22T10:01:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            await #expect { try await scheduler.runNow("tick") } throws: { code($0) == .notRunning }
            world.caller.hold()
            try await world.running(scheduler) {
                await #expect { try await scheduler.runNow("nobody") } throws: { code($0) == .notFound }
                await #expect { try await scheduler.runNow("no/body") } throws: { code($0) == .notFound }
                let run = Task { try await scheduler.runNow("tick") }
                #expect(await eventually { world.caller.calls.count == 1 })
                await #expect { try await scheduler.runNow("tick") } throws: { code($0) == .alreadyRunning }
                await world.turn(scheduler, to: "2026-11-22T10:02:00Z")
                try await world.expectLedger(["manual running", "2026-11-22T10:02:00Z waiting"])
                // Who asked for it may go; the run goes on.
                run.cancel()
                world.caller.release()
                #expect(try await run.value.outcome == .succeeded)
                try await world.expectLedger(["manual succeeded", "2026-11-22T10:02:00Z succeeded"])
            }
            #expect(world.caller.overlaps == 0)
        }
    }

    @Test("Jobs are made, read, changed and deleted, exactly as they are written")
    func crud() async throws {
        try await World.with("2026-11-22T10:01:30Z") { world in
            let scheduler = world.scheduler()
            var full = try job("*/5 0-6,22 1 JAN,jul MON-FRI", name: "Full_Job-1")
            full.description = "what it is \0 for: grüße"
            full.timeZone = "America/New_York"
            full.attemptDeadline = .milliseconds(15_500)
            full.target = .http(
                HTTPTarget(
                    uri: "https://example.test/path?x=1", method: "PUT",
                    headers: [TransferHeader("X-A", "1"), TransferHeader("X-A", ""), TransferHeader("x-b", "ü")],
                    body: Array(0...255)))
            full.retry = RetryConfig(
                retryCount: 5, minBackoff: .milliseconds(1), maxBackoff: .seconds(86_400), maxDoublings: 0,
                maxRetryDuration: .seconds(7))
            full.missedRuns = .runOnce
            full.startDeadline = .microseconds(1)
            full.userUpdateTime = world.clock.now
            try await scheduler.create(full)
            try await scheduler.create(job(name: "another"))
            #expect(try await scheduler.job("Full_Job-1") == full)
            #expect(try await scheduler.jobs().map(\.name) == ["Full_Job-1", "another"])
            #expect(try await scheduler.job("nobody") == nil)
            #expect(try await scheduler.job("a b\0") == nil)
            await #expect { try await scheduler.create(full) } throws: { code($0) == .alreadyExists }
            full.state = .paused
            world.clock.set("2026-11-22T10:01:40Z")
            full.userUpdateTime = world.clock.now
            try await scheduler.update(full)
            #expect(try await scheduler.job("Full_Job-1") == full)
            try await scheduler.delete("another")
            #expect(try await scheduler.jobs() == [full])
            await #expect { try await scheduler.delete("another") } throws: { code($0) == .notFound }
            await #expect { try await scheduler.update(try job(name: "another")) } throws: { code($0) == .notFound }
            await #expect { try await scheduler.pause("another") } throws: { code($0) == .notFound }
            await #expect { try await scheduler.resume("another") } throws: { code($0) == .notFound }
        }
    }

    @Test("A job that cannot be is refused, and not stored")
    func invalid() async throws {
        try await World.with("2026-11-22T10:01:30Z") { world in
            let scheduler = world.scheduler()
            let changes: [@Sendable (inout Job) -> Void] = [
                { $0.name = "" }, { $0.name = "a/b" }, { $0.name = "a b" }, { $0.name = "ä" }, { $0.name = "a\0" },
                { $0.name = String(repeating: "a", count: 501) },
                { $0.timeZone = "Europe/Atlantis" }, { $0.timeZone = "" },
                { $0.timeZone = "../zoneinfo/Europe/Berlin" },
                { $0.attemptDeadline = .zero }, { $0.attemptDeadline = .seconds(-1) },
                { $0.attemptDeadline = .milliseconds(14_999) }, { $0.attemptDeadline = .seconds(1801) },
                { $0.description = String(repeating: "a", count: 501) }, { $0.startDeadline = .zero },
                { $0.startDeadline = .seconds(31 * 86_400) }, { $0.retry.retryCount = 6 }, { $0.retry.retryCount = -1 },
                { $0.retry.minBackoff = .seconds(-1) }, { $0.retry.minBackoff = .seconds(3601) },
                { $0.retry.maxBackoff = .seconds(31 * 86_400) }, { $0.retry.maxDoublings = -1 },
                { $0.retry.maxRetryDuration = .seconds(-1) }, { $0.http { $0.uri = "ftp://a/" } },
                { $0.http { $0.uri = "" } }, { $0.http { $0.uri = "http://a/\r\nX: y" } },
                { $0.http { $0.method = "TRACE" } }, { $0.http { $0.method = "get" } }, { $0.http { $0.body = [1] } },
                { $0.http { $0.headers = [TransferHeader("X", "a\r\nb")] } },
                { $0.http { $0.headers = [TransferHeader("X Y", "a")] } },
                { $0.http { $0.headers = [TransferHeader("Content-Length", "1")] } },
            ]
            for (index, change) in changes.enumerated() {
                var bad = try job()
                change(&bad)
                let refused = bad
                await #expect("change \(index)") {
                    try await scheduler.create(refused)
                } throws: {
                    code($0) == .invalidJob
                }
            }
            #expect(try await scheduler.jobs().isEmpty)
            try await scheduler.create(job())
            var bad = try job()
            bad.attemptDeadline = .zero
            let refused = bad
            await #expect { try await scheduler.update(refused) } throws: { code($0) == .invalidJob }
            var stored = try job()
            stored.userUpdateTime = world.clock.now
            #expect(try await scheduler.job("tick") == stored)
        }
    }

    @Test("The ledger is read by job, outcome and time, newest first, page by page")
    func pages() async throws {
        try await World.with("2026-11-22T10:01:30Z") { world in
            let scheduler = world.scheduler()
            let begin = instant("2026-11-22T00:00:00Z")
            let records = (0..<100).flatMap { index in
                // One name is the other's beginning, and - sorts before the separator.
                ["a", "a-b"].map { name in
                    let time = begin.advanced(by: .seconds(60 * index))
                    return LedgerRecord.scheduled(name, time, index % 10 == 0 ? .failed : .succeeded)
                }
            }
            _ = try await scheduler.ledger.begin(records, marks: [:])
            func all(_ job: String?, _ outcome: JobRun.Outcome?, _ since: Timestamp?, _ limit: Int) async throws
                -> [JobRun]
            {
                var runs: [JobRun] = []
                var token: String?
                repeat {
                    let page = try await scheduler.runs(
                        job: job, outcome: outcome, since: since, limit: limit, pageToken: token)
                    #expect(page.runs.count <= limit)
                    #expect(!page.runs.isEmpty || runs.isEmpty)
                    runs += page.runs
                    token = page.nextPageToken
                } while token != nil
                let times = runs.compactMap(\.scheduledTime)
                #expect(times.count == runs.count)
                #expect(times == times.sorted(by: >))
                return runs
            }
            #expect(try await all(nil, nil, nil, 7).count == 200)
            #expect(try await all(nil, nil, nil, 200).count == 200)
            #expect(try await all("a", nil, nil, 33).allSatisfy { $0.job == "a" })
            #expect(try await all("a", nil, nil, 33).count == 100)
            #expect(try await all("a-b", .failed, nil, 3).count == 10)
            #expect(try await all(nil, .failed, nil, 1000).count == 20)
            #expect(try await all("nobody", nil, nil, 10).isEmpty)
            let since = begin.advanced(by: .seconds(60 * 90))
            #expect(try await all(nil, nil, since, 10).count == 20)
            #expect(try await all("a", nil, since, 10).count == 10)
            #expect(try await all("a", .failed, since, 10).count == 1)
            #expect(try await all("a", .succeeded, Timestamp(microseconds: .max), 10).isEmpty)
            #expect(try await all(nil, .succeeded, Timestamp(microseconds: .min), 100).count == 180)
        }
    }

    @Test("A page token of another question, or of nobody, is refused", arguments: ["", "x", "****", "AAAA", "%00"])
    func badToken(token: String) async throws {
        try await World.with("2026-11-22T10:01:30Z") { world in
            let scheduler = world.scheduler()
            await #expect { try await scheduler.runs(pageToken: token) } throws: { code($0) == .invalidPageToken }
        }
    }

    @Test("A record outlives its way through the datastore")
    func coding() throws {
        let range = MissedRange(from: instant("2026-11-22T10:01:00Z"), to: instant("2026-11-22T10:09:00Z"), count: 9)
        var full = LedgerRecord.scheduled("tick", instant("2026-11-22T10:01:00Z"), .failed)
        full.run.startTime = instant("2026-11-22T10:01:01Z")
        full.run.endTime = instant("2026-11-22T10:01:02Z")
        full.run.status = 503
        full.run.message = "no \0 way"
        full.run.lateReason = "it was late"
        full.run.attempts = [
            JobAttempt(startTime: instant("2026-11-22T10:01:01Z"), latency: .milliseconds(1500), error: "refused"),
            JobAttempt(
                startTime: instant("2026-11-22T10:01:02Z"), latency: .microseconds(1), status: 503,
                answer: String(repeating: "ü", count: 256)),
        ]
        for record in [
            full, .missed("tick", range, message: "down", now: instant("2026-11-22T11:00:00Z")),
            .manual("tick", Timestamp(microseconds: 123_456_789)),
        ] {
            let read = try #require(LedgerRecord(record.entity))
            #expect(read.run == record.run)
            #expect(read.key == record.key)
            #expect(read.time == record.time)
        }
        #expect(LedgerRecord(Entity(key: full.key)) == nil)
        #expect(Job(Entity(key: Job.key("tick"))) == nil)
    }

    private func code(_ error: any Error) -> SchedulingError.Code? { (error as? SchedulingError)?.code }
}
