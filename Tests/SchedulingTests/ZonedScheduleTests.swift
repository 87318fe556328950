import Datastore
import Foundation
import Testing

@testable import Scheduling

@Suite("ZonedSchedule", .timeLimit(.minutes(20)))
struct ZonedScheduleTests {
    private func schedule(_ text: String, _ zone: String) throws -> ZonedSchedule {
        ZonedSchedule(schedule: try CronSchedule(parsing: text), zone: try ZoneDatabase().zone(zone))
    }

    private func instants(_ schedule: ZonedSchedule, from: String, to: String) -> [String] {
        var found: [String] = []
        var time = instant(from)
        while let next = schedule.next(after: time), next < instant(to) {
            found.append(String(CivilTime(next).text.dropFirst(5).prefix(11)))
            time = next
        }
        return found
    }

    @Test("A daily job runs once on each day, also where its reading is passed over or comes twice")
    func daily() throws {
        let berlin = try schedule("30 2 * * *", "Europe/Berlin")
        // Berlin's clocks jump from 2:00 to 3:00 at 1:00 UTC: the run comes then.
        #expect(
            instants(berlin, from: "2026-03-28T00:00:00Z", to: "2026-03-31T00:00:00Z")
                == ["03-28T01:30", "03-29T01:00", "03-30T00:30"])
        // And from 3:00 back to 2:00 at 1:00 UTC: half past two comes twice, and is run the first time.
        #expect(
            instants(berlin, from: "2026-10-24T00:00:00Z", to: "2026-10-27T00:00:00Z")
                == ["10-24T00:30", "10-25T00:30", "10-26T01:30"])
    }

    @Test("All readings of one gap are one run, with that of the moment itself")
    func gap() throws {
        for (text, expected) in [
            ("*/15 2 * * *", ["03-29T01:00"]), ("0 2,3 * * *", ["03-29T01:00"]),
            ("*/30 1-3 * * *", ["03-29T00:00", "03-29T00:30", "03-29T01:00", "03-29T01:30"]),
            ("45 2 * * SUN", ["03-29T01:00"]), ("45 2 * * MON", []),
            (
                "0 */2 29 3 *",
                [
                    "03-28T23:00", "03-29T01:00", "03-29T02:00", "03-29T04:00",
                ]
            ),
        ] {
            let seen = instants(
                try schedule(text, "Europe/Berlin"), from: "2026-03-28T22:59:00Z", to: "2026-03-29T05:00:00Z")
            #expect(seen == expected, "\(text)")
            let zoned = try schedule(text, "Europe/Berlin")
            let (begin, end) = (instant("2026-03-28T22:59:00Z"), instant("2026-03-29T04:59:00Z"))
            #expect(zoned.count(after: begin, through: end) == expected.count, "\(text)")
        }
    }

    @Test("A schedule of every hour follows real time")
    func hourly() throws {
        let berlin = try schedule("30 * * * *", "Europe/Berlin")
        for day in ["2026-03-29", "2026-10-25"] {
            let seen = instants(berlin, from: "\(day)T00:00:00Z", to: "\(day)T04:00:00Z")
            #expect(seen.map { $0.dropFirst(6) } == ["00:30", "01:30", "02:30", "03:30"])
        }
        // Half an hour's shift moves the minutes: each reading that comes is run, real time or not.
        let island = try schedule("0 0-23 * * *", "Australia/Lord_Howe")
        #expect(
            instants(island, from: "2026-04-04T12:59:00Z", to: "2026-04-04T18:00:00Z").map { $0.dropFirst(6) }
                == ["13:00", "14:00", "15:30", "16:30", "17:30"])
    }

    @Test("A day that a zone passed over is one run, and a zone without changes is UTC moved")
    func others() throws {
        // Samoa went from the 29th to the 31st of December 2011, at 10:00 UTC.
        let samoa = try schedule("0 9 30 * *", "Pacific/Apia")
        #expect(
            instants(samoa, from: "2011-12-01T00:00:00Z", to: "2012-01-31T00:00:00Z") == ["12-30T10:00", "01-29T19:00"])
        let nepal = try schedule("0 0 * * *", "Asia/Kathmandu")
        #expect(nepal.next(after: instant("2026-01-01T00:00:00Z")) == instant("2026-01-01T18:15:00Z"))
        #expect(try schedule("0 0 30 2 *", "Europe/Berlin").next(after: instant("2026-01-01T00:00:00Z")) == nil)
        let leap = try schedule("30 23 29 2 *", "America/New_York")
        #expect(leap.next(after: instant("2026-01-01T00:00:00Z")) == instant("2028-03-01T04:30:00Z"))
        #expect(
            leap.last(after: .earliest, through: instant("2026-01-01T00:00:00Z")) == instant("2024-03-01T04:30:00Z"))
        #expect(leap.next(after: Timestamp(microseconds: .max)) == nil)
        #expect(leap.next(after: Timestamp(microseconds: .min)) == instant("0004-03-01T04:26:02Z"))
    }

    @Test("The zones' offsets are glibc's, through a year of now and through years that no file lists")
    func offsets() async throws {
        let database = ZoneDatabase()
        let names = try ZoneOracle.names()
        #expect(names.count > 400)
        for years in [2026..<2027, 2036..<2041] {
            let oracle = try await ZoneOracle(names, years: years)
            let (begin, end) = (
                instant("\(years.lowerBound)-01-01T00:00:00Z"), instant("\(years.upperBound)-01-01T00:00:00Z")
            )
            for name in names {
                let zone = try database.zone(name)
                let seen = (0..<zone.count).map { zone[$0] }.filter { $0.start >= begin && $0.start < end }
                let expected = oracle.zones[name]
                #expect(
                    seen.map(\.start.microseconds) == (expected?.transitions ?? []).map { $0 * 1_000_000 }, "\(name)")
                #expect(
                    seen.map { $0.offset / 1_000_000 } == (expected?.steps.dropFirst().map(\.offset) ?? []), "\(name)")
            }
        }
    }

    @Test("Over every transition of every zone in a year the instants are those of a walk minute by minute")
    func everyTransition() async throws {
        let database = ZoneDatabase()
        let oracle = try await ZoneOracle(try ZoneOracle.names(), years: 2026..<2027)
        #expect(oracle.zones.count > 100)
        var random = SeededRandom(seed: 2026)
        var transitions = 0
        for (name, offsets) in oracle.zones.sorted(by: { $0.key < $1.key }) {
            let zone = try database.zone(name)
            for transition in offsets.transitions {
                transitions += 1
                for isEveryHour in [true, false, false] {
                    let fields = RandomFields(isEveryHour: isEveryHour, &random)
                    let schedule = ZonedSchedule(schedule: try CronSchedule(parsing: fields.text), zone: zone)
                    // From before, so that a reading that comes twice was seen the first time.
                    let (begin, end) = (transition - 5 * 3600, transition + 5 * 3600)
                    let expected = walk(fields, offsets, begin, end)
                    let seen = all(schedule, begin, end)
                    #expect(seen == expected, "\(name) \(fields.text)")
                    let (first, last) = (time(begin), time(end))
                    #expect(schedule.count(after: first, through: last) == expected.count, "\(name) \(fields.text)")
                    #expect(
                        schedule.last(after: first, through: last) == expected.last.map(time), "\(name) \(fields.text)")
                }
            }
        }
        #expect(transitions > 250)
    }

    private func time(_ second: Int64) -> Timestamp { Timestamp(microseconds: second * 1_000_000) }

    private func all(_ schedule: ZonedSchedule, _ begin: Int64, _ end: Int64) -> [Int64] {
        var found: [Int64] = []
        var last = time(begin)
        while let next = schedule.next(after: last), next <= time(end) {
            found.append(next.microseconds / 1_000_000)
            last = next
        }
        return found
    }

    /// The written rule, taken by its word: what the clocks show in each minute, which of it they showed before, and
    /// which minutes they left out.
    private func walk(_ fields: RandomFields, _ offsets: ZoneOracle.Offsets, _ begin: Int64, _ end: Int64) -> [Int64] {
        var found: [Int64] = []
        var shown: Set<Int64> = []
        for second in stride(from: begin - 5 * 3600, through: begin, by: 60) {
            shown.insert((second + offsets.offset(at: second)) / 60)
        }
        for second in stride(from: begin + 60, through: end, by: 60) {
            let reading = (second + offsets.offset(at: second)) / 60
            let before = (second - 60 + offsets.offset(at: second - 60)) / 60
            if fields.isEveryHour {
                if fields.match(reading) { found.append(second) }
            } else if fields.match(reading) && !shown.contains(reading)
                || before + 1 < reading && (before + 1..<reading).contains(where: fields.match)
            {
                found.append(second)
            }
            shown.insert(reading)
        }
        return found
    }
}

/// Hours and minutes made at random, as sets and as text.
private struct RandomFields {
    let isEveryHour: Bool
    let hours: Set<Int>
    let minutes: Set<Int>

    init(isEveryHour: Bool, _ random: inout SeededRandom) {
        self.isEveryHour = isEveryHour
        minutes = Set((0..<Int.random(in: 1...6, using: &random)).map { _ in Int.random(in: 0...59, using: &random) })
        hours =
            isEveryHour
            ? Set(0...23)
            : Set((0..<Int.random(in: 1...12, using: &random)).map { _ in Int.random(in: 0...23, using: &random) })
    }

    var text: String {
        let list = { (numbers: Set<Int>) in numbers.sorted().map(String.init).joined(separator: ",") }
        return "\(list(minutes)) \(isEveryHour ? "*" : list(hours)) * * *"
    }

    /// Whether they name a reading, in minutes since 1970.
    func match(_ reading: Int64) -> Bool {
        hours.contains(Int(reading % 1440) / 60) && minutes.contains(Int(reading % 60))
    }
}
