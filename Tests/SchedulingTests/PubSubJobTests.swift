import Datastore
import Foundation
import Testing
import Transfer

@testable import Scheduling

@Suite("Jobs that publish", .timeLimit(.minutes(20)))
struct PubSubJobTests {
    private func publishing(_ topic: String = "storage-event", name: String = "tick") throws -> Job {
        var job = try job(name: name)
        job.target = .pubsub(
            PubSubTarget(topic: topic, data: Array("hello".utf8), attributes: [.init("eventType", "OBJECT_FINALIZE")]))
        return job
    }

    @Test("A message is published at each instant, and its id is in the ledger")
    func publishes() async throws {
        try await World.with("2026-11-22T10:01:00Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(publishing("projects/p/topics/storage-event"))
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:02:00Z")
                try await world.expectLedger(["2026-11-22T10:02:00Z succeeded"])
                await world.turn(scheduler, to: "2026-11-22T10:03:00Z")
                try await world.expectLedger(["2026-11-22T10:02:00Z succeeded", "2026-11-22T10:03:00Z succeeded"])
                world.clock.set("2026-11-22T10:03:30Z")
                let byHand = try await world.runNow(scheduler, "tick")
                #expect(byHand.outcome == .succeeded && byHand.status == 200)
            }
            let target = PubSubTarget(
                topic: "storage-event", data: Array("hello".utf8),
                attributes: [.init("eventType", "OBJECT_FINALIZE")])
            #expect(world.publisher.published == [target, target, target])
            #expect(world.caller.calls.isEmpty)
            let runs = try await scheduler.runs(job: "tick").runs
            #expect(runs.map(\.status) == [200, 200, 200])
            #expect(runs.flatMap(\.attempts).map(\.messageID) == ["3", "2", "1"])
        }
    }

    @Test("What is refused is tried again as the retry config says, and each attempt says why")
    func retries() async throws {
        try await World.with("2026-11-22T10:01:00Z") { world in
            let scheduler = world.scheduler()
            var job = try publishing()
            job.retry = RetryConfig(retryCount: 2, minBackoff: .zero, maxBackoff: .zero)
            try await scheduler.create(job)
            world.publisher.refuseNext(
                .refused(status: 507, reason: "the disk is full"), .refused(status: 404, reason: "no topic"))
            try await world.running(scheduler) {
                let run = try await scheduler.runNow("tick")
                #expect(run.outcome == .succeeded && run.status == 200)
                #expect(run.attempts.map(\.status) == [507, 404, 200])
                #expect(run.attempts.map(\.error) == ["the disk is full", "no topic", nil])
                #expect(run.attempts.map(\.messageID) == [nil, nil, "3"])
                #expect(run.attempts.map(\.code) == [8, 5, nil])
                world.publisher.refuseNext(
                    .refused(status: 404, reason: "no topic"), .refused(status: 404, reason: "no topic"),
                    .refused(status: 404, reason: "still no topic"))
                let failed = try await scheduler.runNow("tick")
                #expect(failed.outcome == .failed && failed.status == 404)
                #expect(failed.message == "still no topic")
                #expect(try await scheduler.runs(job: "tick", limit: 1).runs == [failed])
            }
        }
    }

    @Test("A target is stored exactly, a refused one not at all, and a job may change what it does")
    func stored() async throws {
        try await World.with("2026-11-22T10:01:00Z") { world in
            let scheduler = world.scheduler()
            var full = try publishing(name: "full")
            full.target = .pubsub(
                PubSubTarget(
                    topic: "t", data: Array(0...255),
                    attributes: [.init("b", ""), .init("a", "grüße\0"), .init("ä", "x"), .init("a\u{308}", "y")],
                    orderingKey: "key"))
            full = try await scheduler.create(full)
            #expect(try await scheduler.job("full") == full)
            full.target = .http(HTTPTarget(uri: "http://a.test/", method: "GET"))
            full = try await scheduler.update(full)
            #expect(try await scheduler.job("full") == full)
            full.target = .pubsub(PubSubTarget(topic: "u", data: [1]))
            full = try await scheduler.update(full)
            #expect(try await scheduler.job("full") == full)
            await #expect(throws: SchedulingError.self) { try await scheduler.create(publishing("never", name: "n")) }
            #expect(try await scheduler.job("n") == nil)
        }
    }

    @Test("A job and a run that a former version stored are read, as calls of URLs")
    func formerVersions() async throws {
        try await World.with("2026-11-22T10:01:00Z") { world in
            let job = Entity(
                key: Key("Job", name: "old", namespace: Key.platformNamespace),
                properties: [
                    "schedule": .string("* * * * *"), "state": .string("ENABLED"),
                    "attemptDeadlineMicroseconds": .integer(180_000_000), "uri": .string("http://a.test/"),
                    "method": .string("GET"),
                ])
            try await world.datastore.put(job)
            let read = try #require(try await world.scheduler().job("old"))
            #expect(read.target == .http(HTTPTarget(uri: "http://a.test/", method: "GET")))
            #expect(read.retry == RetryConfig() && read.timeZone == "Etc/UTC")
        }
    }
}
