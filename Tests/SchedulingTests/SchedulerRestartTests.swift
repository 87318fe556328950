import Datastore
import Foundation
import Instruments
import ServiceLifecycle
import Settings
import TestSupport
import Testing

@testable import Scheduling

@Suite("Scheduler, over its daemon's ends and beginnings", .timeLimit(.minutes(20)))
struct SchedulerRestartTests {
    @Test("What passed while the daemon was down is one record, also over several restarts")
    func downtime() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            try await world.scheduler().create(job())
            let first = world.scheduler()
            try await world.running(first) { await world.turn(first, to: "2026-11-22T10:01:00Z") }
            world.clock.set("2026-11-22T12:00:10Z")
            for _ in 0..<3 { try await world.running(world.scheduler()) {} }
            let last = world.scheduler()
            try await world.running(last) { await world.turn(last, to: "2026-11-22T12:01:00Z") }
            try await world.expectLedger([
                "2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z to 2026-11-22T12:00:00Z missed 119",
                "2026-11-22T12:01:00Z succeeded",
            ])
        }
    }

    @Test("A daemon that was killed leaves records that say so: running is interrupted, waiting skipped")
    func killed() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            try await world.scheduler().create(job())
            // What a daemon has written when it is killed with one run out and one waiting.
            let ledger = RunLedger(datastore: world.datastore)
            var running = LedgerRecord.scheduled("tick", instant("2026-11-22T10:01:00Z"), .running)
            running.run.startTime = instant("2026-11-22T10:01:00Z")
            let waiting = LedgerRecord.scheduled("tick", instant("2026-11-22T10:02:00Z"), .waiting)
            _ = try await ledger.begin([running, waiting], marks: ["tick": instant("2026-11-22T10:02:00Z")])
            _ = try await ledger.beginManual("tick", at: instant("2026-11-22T10:00:40Z"))
            world.clock.set("2026-11-22T10:04:30Z")
            try await world.running(world.scheduler()) {}
            try await world.expectLedger([
                "manual interrupted", "2026-11-22T10:01:00Z interrupted", "2026-11-22T10:02:00Z skipped",
                "2026-11-22T10:03:00Z to 2026-11-22T10:04:00Z missed 2",
            ])
            #expect(world.caller.calls.isEmpty)
        }
    }

    @Test("Kills at random moments leave every instant with one outcome")
    func kills() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            try await world.scheduler().create(job())
            var random = SeededRandom(seed: 11)
            var time = world.clock.now
            for _ in 0..<20 {
                let scheduler = world.scheduler()
                let daemon = Task { try await scheduler.run() }
                #expect(await eventually { scheduler.isAlive })
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    time = time.advanced(by: .seconds(Int.random(in: 1...100, using: &random)))
                    if Bool.random(using: &random) { world.caller.hold() } else { world.caller.release() }
                    await world.turn(scheduler, to: CivilTime(time).text)
                }
                // Cancelled without grace, in the middle of whatever it does.
                daemon.cancel()
                try? await daemon.value
                time = time.advanced(by: .seconds(Int.random(in: 1...200, using: &random)))
                world.clock.set(time)
            }
            let last = world.scheduler()
            world.caller.release()
            try await world.running(last) {}
            try await expectEachInstantOnce(world, from: "2026-11-22T10:00:30Z", through: time)
        }
    }

    /// Counts every instant of the ledger: none twice, none left out, none without a final outcome.
    private func expectEachInstantOnce(_ world: World, from begin: String, through end: Timestamp) async throws {
        let schedule = try CronSchedule(parsing: "* * * * *")
        var seen: [Timestamp] = []
        for run in try await RunLedger(datastore: world.datastore)
            .page(job: "tick", outcome: nil, since: nil, limit: 1000, token: nil).runs
        {
            #expect(run.outcome.isFinal)
            switch run.kind {
            case .manual: break
            case .scheduled: seen += [run.scheduledTime].compactMap { $0 }
            case .missed(let range):
                var time: Timestamp? = range.from
                while let instant = time, instant <= range.to {
                    seen.append(instant)
                    time = schedule.next(after: instant)
                }
            }
        }
        #expect(Set(seen).count == seen.count)
        #expect(seen.count == schedule.count(after: instant(begin), through: end))
    }

    @Test("A graceful stop lets a run end, and gives what waits its reason")
    func graceful() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            world.caller.hold()
            let group = ServiceGroup(configuration: .init(services: [.init(service: scheduler)], logger: world.logger))
            let daemon = Task { try await group.run() }
            #expect(await eventually { scheduler.isAlive })
            for minute in 1...2 { await world.turn(scheduler, to: "2026-11-22T10:0\(minute):00Z") }
            await group.triggerGracefulShutdown()
            try await world.expectLedger(["2026-11-22T10:01:00Z running", "2026-11-22T10:02:00Z skipped"])
            await #expect(throws: SchedulingError.self) { _ = try await scheduler.runNow("tick") }
            world.caller.release()
            try await daemon.value
            try await world.expectLedger(["2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z skipped"])
            #expect(try await scheduler.runs(outcome: .skipped).runs.first?.message?.contains("stopped") == true)
        }
    }

    @Test("A run that does not end within the timeout is interrupted and recorded so")
    func gracelessRun() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            world.caller.hold()
            let group = ServiceGroup(configuration: .init(services: [.init(service: scheduler)], logger: world.logger))
            let daemon = Task { try await group.run() }
            #expect(await eventually { scheduler.isAlive })
            await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
            #expect(await eventually { world.caller.calls.count == 1 })
            await group.triggerGracefulShutdown()
            #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T10:01:10Z")) })
            world.clock.set("2026-11-22T10:01:10Z")
            try await daemon.value
            try await world.expectLedger(["2026-11-22T10:01:00Z interrupted"])
        }
    }

    @Test("A job deleted and made anew runs no instant again and never beside its past")
    func recreated() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            world.caller.hold()
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:00Z")
                try await scheduler.delete("tick")
                await world.turn(scheduler, to: "2026-11-22T10:00:50Z")
                try await scheduler.create(job())
                for time in ["10:01:00", "10:02:00"] { await world.turn(scheduler, to: "2026-11-22T\(time)Z") }
                try await world.expectLedger(["2026-11-22T10:01:00Z running", "2026-11-22T10:02:00Z waiting"])
                world.caller.release()
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded", "2026-11-22T10:02:00Z succeeded"])
            }
            #expect(world.caller.overlaps == 0)
        }
    }

    @Test("A change of schedule counts from now, and settles what the old one left")
    func changed() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            // No daemon runs, so the instants of the old schedule pass unseen.
            world.clock.set("2026-11-22T10:03:30Z")
            try await scheduler.update(job("30 * * * *"))
            let running = world.scheduler()
            try await world.running(running) {
                #expect(running.nextRun(of: "tick") == instant("2026-11-22T10:30:00Z"))
                await world.turn(running, to: "2026-11-22T10:30:00Z")
                try await running.update(job("0 12 * * *"))
                #expect(running.nextRun(of: "tick") == instant("2026-11-22T12:00:00Z"))
            }
            try await world.expectLedger([
                "2026-11-22T10:01:00Z to 2026-11-22T10:03:00Z missed 3", "2026-11-22T10:30:00Z succeeded",
            ])
        }
    }

    @Test("Old records are deleted by the hour, in chunks")
    func retention() async throws {
        try await World.with("2026-11-22T10:00:00Z") { world in
            let scheduler = world.scheduler(retention: .seconds(86_400))
            let records = (0..<1200).map { index in
                let time = instant("2026-11-20T00:00:00Z").advanced(by: .seconds(60 * index))
                return LedgerRecord.scheduled("tick", time, .succeeded)
            }
            _ = try await scheduler.ledger.begin(records, marks: [:])
            _ = try await scheduler.ledger.beginManual("tick", at: instant("2026-11-22T09:00:00Z"))
            try await world.running(scheduler) {
                try await world.expectLedger(["manual interrupted"])
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T11:00:00Z")) })
                await world.turn(scheduler, to: "2026-11-23T09:00:01Z")
                try await world.expectLedger([])
            }
        }
    }

    @Test("A changed retention counts in the next round")
    func changedRetention() async throws {
        try await World.with("2026-11-22T10:00:00Z") { world in
            let scheduler = world.scheduler(retention: .seconds(86_400))
            let record = LedgerRecord.scheduled("tick", instant("2026-11-22T09:00:00Z"), .succeeded)
            _ = try await scheduler.ledger.begin([record], marks: [:])
            try await world.running(scheduler) {
                #expect(await eventually { world.clock.alarms.contains(instant("2026-11-22T11:00:00Z")) })
                try await world.expectLedger(["2026-11-22T09:00:00Z succeeded"])
                scheduler.apply(SchedulerSettings(runRetention: .seconds(3_600)), shutdownTimeout: .seconds(7))
                await world.turn(scheduler, to: "2026-11-22T11:00:00Z")
                try await world.expectLedger([])
                #expect(scheduler.timing.shutdownTimeout == .seconds(7))
            }
        }
    }

    @Test("The metrics tell runs, delays and the last success, across restarts, from zero")
    func metrics() async throws {
        try await World.with("2026-11-22T10:00:30Z") { world in
            let scheduler = world.scheduler()
            try await scheduler.create(job())
            #expect(exposition(world).contains(#"trivet_scheduler_runs_total{job_name="tick",outcome="failed"} 0"#))
            #expect(exposition(world).contains(#"trivet_scheduler_last_success_timestamp_seconds{job_name="tick"} 0"#))
            try await world.running(scheduler) {
                await world.turn(scheduler, to: "2026-11-22T10:01:02Z")
                try await world.expectLedger(["2026-11-22T10:01:00Z succeeded"])
            }
            world.clock.set("2026-11-22T10:11:30Z")
            try await world.running(world.scheduler()) {}
            let text = exposition(world)
            #expect(text.contains(#"trivet_scheduler_runs_total{job_name="tick",outcome="succeeded"} 1"#))
            #expect(text.contains(#"trivet_scheduler_runs_total{job_name="tick",outcome="missed"} 10"#))
            #expect(text.contains(#"trivet_scheduler_run_duration_seconds_count{job_name="tick"} 1"#))
            #expect(text.contains("trivet_scheduler_start_delay_seconds_sum 2"))
            let seconds = instant("2026-11-22T10:01:02Z").microseconds / 1_000_000
            let gauge = text.split(separator: "\n").first {
                $0.hasPrefix("trivet_scheduler_last_success_timestamp_seconds{")
            }
            #expect(gauge.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } == Double(seconds))
        }
    }

    private func exposition(_ world: World) -> String {
        String(decoding: world.registry.exposition(), as: UTF8.self)
    }
}
