import Datastore
import Testing

@testable import Scheduling

@Suite("SchedulePlan")
struct SchedulePlanTests {
    private func plan(
        _ text: String = "* * * * *", mark: String, now: String, lateness: Duration? = .seconds(60)
    ) throws -> SchedulePlan {
        SchedulePlan(
            schedule: ZonedSchedule(schedule: try CronSchedule(parsing: text), zone: .utc), mark: instant(mark),
            now: instant(now), lateness: lateness)
    }

    @Test("Before the next instant nothing is due")
    func nothing() throws {
        let plan = try plan(mark: "2026-11-22T10:08:00Z", now: "2026-11-22T10:08:59Z")
        #expect(plan.due == nil)
        #expect(plan.missed == nil)
        #expect(plan.mark == instant("2026-11-22T10:08:00Z"))
        #expect(plan.next == instant("2026-11-22T10:09:00Z"))
    }

    @Test("At the instant it is due, once")
    func due() throws {
        let first = try plan(mark: "2026-11-22T10:08:00Z", now: "2026-11-22T10:09:00Z")
        #expect(first.due == instant("2026-11-22T10:09:00Z"))
        #expect(first.missed == nil)
        #expect(first.next == instant("2026-11-22T10:10:00Z"))
        let again = try plan(mark: "2026-11-22T10:09:00Z", now: "2026-11-22T10:09:00Z")
        #expect(again.due == nil)
    }

    @Test("A clock set ahead leaves one range of missed instants, and runs the last if it is not too late")
    func ahead() throws {
        let run = try plan(mark: "2026-11-22T10:08:00Z", now: "2026-11-22T12:00:30Z")
        #expect(run.due == instant("2026-11-22T12:00:00Z"))
        #expect(
            run.missed
                == MissedRange(
                    from: instant("2026-11-22T10:09:00Z"), to: instant("2026-11-22T11:59:00Z"), count: 111))
        let late = try plan("0 * * * *", mark: "2026-11-22T10:08:00Z", now: "2026-11-22T12:30:00Z")
        #expect(late.due == nil)
        #expect(late.mark == instant("2026-11-22T12:00:00Z"))
        #expect(
            late.missed
                == MissedRange(from: instant("2026-11-22T11:00:00Z"), to: instant("2026-11-22T12:00:00Z"), count: 2))
    }

    @Test("A clock set back runs nothing again, until it passes the mark")
    func back() throws {
        let plan = try plan(mark: "2026-11-22T10:08:00Z", now: "2026-11-22T09:00:00Z")
        #expect(plan.due == nil)
        #expect(plan.missed == nil)
        #expect(plan.mark == instant("2026-11-22T10:08:00Z"))
        #expect(plan.next == instant("2026-11-22T10:09:00Z"))
    }

    @Test("Without lateness every instant that is due was missed")
    func down() throws {
        let one = try plan(mark: "2026-11-22T10:08:00Z", now: "2026-11-22T10:09:00Z", lateness: nil)
        #expect(one.due == nil)
        let only = instant("2026-11-22T10:09:00Z")
        #expect(one.missed == MissedRange(from: only, to: only, count: 1))
    }

    @Test("Years of a job with jumps of the clock: each instant once, in order, none left out")
    func years() throws {
        let schedule = ZonedSchedule(
            schedule: try CronSchedule(parsing: "17 */6 1-28/3 * *"), zone: try ZoneDatabase().zone("Europe/Berlin"))
        var random = SeededRandom(seed: 7)
        var now = instant("2024-01-01T00:00:00Z")
        var mark = now
        var accounted = 0
        var runs: [Timestamp] = []
        for _ in 0..<20_000 {
            // Mostly forward by up to an hour; sometimes back, sometimes ahead by days.
            let step =
                switch Int.random(in: 0..<100, using: &random) {
                case 0: Int.random(in: -200_000...0, using: &random)
                case 1: Int.random(in: 0...400_000, using: &random)
                default: Int.random(in: 0...3600, using: &random)
                }
            now = now.advanced(by: .seconds(step))
            let plan = SchedulePlan(schedule: schedule, mark: mark, now: now, lateness: .seconds(1800))
            accounted += (plan.missed?.count ?? 0) + (plan.due == nil ? 0 : 1)
            if let missed = plan.missed {
                #expect(missed.from > mark)
                #expect(missed.to < plan.due ?? .latest)
                #expect(schedule.count(after: mark, through: missed.to) == missed.count)
            }
            if let due = plan.due {
                #expect(due > mark && due <= now)
                #expect(runs.last ?? .earliest < due)
                runs.append(due)
            }
            #expect(plan.mark >= mark)
            #expect(plan.next == schedule.next(after: plan.mark))
            mark = plan.mark
        }
        #expect(accounted == schedule.count(after: instant("2024-01-01T00:00:00Z"), through: mark))
        #expect(runs.count > 100)
    }
}
