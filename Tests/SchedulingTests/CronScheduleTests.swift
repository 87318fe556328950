import Datastore
import Foundation
import Testing

@testable import Scheduling

@Suite("CronSchedule")
struct CronScheduleTests {
    @Test(
        "The next instant, over the ends of hours, days, months and years",
        arguments: [
            ("* * * * *", "2026-11-22T10:08:56Z", "2026-11-22T10:09:00Z"),
            ("* * * * *", "2026-11-22T10:08:00Z", "2026-11-22T10:09:00Z"),
            ("* * * * *", "2026-12-31T23:59:30Z", "2027-01-01T00:00:00Z"),
            ("*/15 * * * *", "2026-11-22T10:08:00Z", "2026-11-22T10:15:00Z"),
            ("*/15 * * * *", "2026-11-22T10:45:00Z", "2026-11-22T11:00:00Z"),
            ("10-50/20 * * * *", "2026-11-22T10:30:00Z", "2026-11-22T10:50:00Z"),
            ("10-50/20 * * * *", "2026-11-22T10:50:00Z", "2026-11-22T11:10:00Z"),
            ("5,3,59 * * * *", "2026-11-22T10:05:00Z", "2026-11-22T10:59:00Z"),
            ("0 0 1 1 *", "2026-11-22T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("30 2 * * MON-FRI", "2026-11-20T02:30:00Z", "2026-11-23T02:30:00Z"),
            ("0 12 * * 7", "2026-11-16T00:00:00Z", "2026-11-22T12:00:00Z"),
            ("0 12 * * 0", "2026-11-16T00:00:00Z", "2026-11-22T12:00:00Z"),
            ("0 12 * * sun", "2026-11-16T00:00:00Z", "2026-11-22T12:00:00Z"),
            ("0 0 * * FRI-SUN", "2026-11-22T00:00:00Z", "2026-11-27T00:00:00Z"),
            ("0 0 * * 5-7", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"),
            ("0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"),
            ("0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
            ("0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
            ("0 0 29 FEB *", "1999-12-31T00:00:00Z", "2000-02-29T00:00:00Z"),
            ("59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"),
            ("\t0  0\t1 jan,Jul *", "2026-02-01T00:00:00Z", "2026-07-01T00:00:00Z"),
            ("0 0 1 * *", "0000-12-31T00:00:00Z", "0001-02-01T00:00:00Z"),
            ("7 3 * * *", "1969-12-31T23:59:59Z", "1970-01-01T03:07:00Z"),
        ])
    func next(text: String, after: String, expected: String) throws {
        let schedule = try CronSchedule(parsing: text)
        #expect(schedule.next(after: instant(after)).map { CivilTime($0).text } == expected)
    }

    @Test("Two restricted day fields match by either; one that begins with a star, by both")
    func dayRule() throws {
        func days(_ text: String) throws -> [Int] {
            let schedule = try CronSchedule(parsing: text)
            var time = instant("2026-10-31T23:59:00Z")
            var days: [Int] = []
            while let next = schedule.next(after: time), next < instant("2026-12-01T00:00:00Z") {
                days.append(CivilTime(next).day)
                time = next
            }
            return days
        }
        // November 2026 begins on a Sunday.
        #expect(try days("0 0 13 * FRI") == [6, 13, 20, 27])
        #expect(try days("0 0 1 * FRI") == [1, 6, 13, 20, 27])
        #expect(try days("0 0 * * FRI") == [6, 13, 20, 27])
        #expect(try days("0 0 13 * *") == [13])
        #expect(try days("0 0 */2 * FRI") == [13, 27])
        #expect(try days("0 0 1-31 * FRI") == Array(1...30))
        #expect(try days("0 0 13,14 * */3") == [14])
    }

    @Test("A date that never comes has no next instant", arguments: ["0 0 30 2 *", "0 0 31 APR,JUN,9,11 *"])
    func impossible(text: String) throws {
        let schedule = try CronSchedule(parsing: text)
        #expect(schedule.next(after: instant("2026-11-22T00:00:00Z")) == nil)
        #expect(schedule.last(after: .earliest, through: instant("2026-11-22T00:00:00Z")) == nil)
        #expect(schedule.count(after: instant("1900-01-01T00:00:00Z"), through: .latest) == 0)
    }

    @Test("An impossible date goes by its weekday where that is named too")
    func impossibleDateOrWeekday() throws {
        let schedule = try CronSchedule(parsing: "0 0 30 2 SUN")
        let next = schedule.next(after: instant("2026-11-22T00:00:00Z"))
        #expect(next == instant("2027-02-07T00:00:00Z"))
    }

    @Test("Rare meetings of a date and a weekday are found")
    func rare() throws {
        // The first of February as a Monday, by a star that leaves days 1 and 31.
        let schedule = try CronSchedule(parsing: "0 0 */30 2 MON")
        #expect(schedule.next(after: instant("2027-02-02T00:00:00Z")) == instant("2038-02-01T00:00:00Z"))
    }

    @Test("The ends of time neither trap nor loop")
    func ends() throws {
        let schedule = try CronSchedule(parsing: "* * * * *")
        #expect(schedule.next(after: .latest) == nil)
        #expect(schedule.next(after: instant("9999-12-31T23:59:00Z")) == nil)
        #expect(schedule.next(after: instant("9999-12-31T23:58:00Z")) == instant("9999-12-31T23:59:00Z"))
        #expect(schedule.next(after: Timestamp(microseconds: .max)) == nil)
        #expect(schedule.next(after: Timestamp(microseconds: .min)) == instant("0001-01-01T00:01:00Z"))
        let january = try CronSchedule(parsing: "0 0 1 1 *")
        #expect(january.count(after: Timestamp(microseconds: .min), through: Timestamp(microseconds: .max)) == 9998)
        #expect(
            schedule.last(after: .earliest, through: Timestamp(microseconds: .max)) == instant("9999-12-31T23:59:00Z"))
    }

    @Test(
        "What is no schedule is refused, and the field is named",
        arguments: [
            ("", "five fields"), ("* * * *", "five fields"), ("* * * * * *", "five fields"), ("@daily", "five fields"),
            ("60 * * * *", "minute"), ("-1 * * * *", "minute"), ("+1 * * * *", "minute"), ("1.5 * * * *", "minute"),
            ("*/0 * * * *", "minute"), ("*/ * * * *", "minute"), ("*/-1 * * * *", "minute"), ("*/a * * * *", "minute"),
            ("5/15 * * * *", "write 5-59/15"), ("5-1 * * * *", "minute"), ("1-2-3 * * * *", "minute"),
            ("1,,2 * * * *", "minute"), (", * * * *", "minute"), ("1, * * * *", "minute"), ("** * * * *", "minute"),
            ("*5 * * * *", "minute"), ("99999999999999999999 * * * *", "minute"), ("٣ * * * *", "minute"),
            ("* 24 * * *", "hour"), ("* * 0 * *", "day of month"), ("* * 32 * *", "day of month"),
            ("* * ? * *", "day of month"), ("* * L * *", "day of month"), ("* * * 0 *", "month"),
            ("* * * 13 *", "month"), ("* * * JANUARY *", "month"), ("* * * MON *", "month"),
            ("* * * * 8", "day of week"), ("* * * * JAN", "day of week"), ("* * * * FRI-MON", "day of week"),
            ("* * * * 5#2", "day of week"), ("* * * * *\0", "day of week"), ("*\n* * * *", "five fields"),
        ])
    func refused(text: String, reason: String) {
        let error = #expect(throws: SchedulingError.self) { try CronSchedule(parsing: text) }
        #expect(error?.code == .invalidSchedule)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("next, last and count agree with a minute by minute walk, for schedules made at random")
    func againstWalk() throws {
        var random = SeededRandom(seed: 42)
        for _ in 0..<60 {
            let text = randomSchedule(&random)
            let schedule = try CronSchedule(parsing: text)
            let begin = Timestamp(
                microseconds: Int64.random(in: -3_000_000_000...4_000_000_000, using: &random) * 1_000_000)
            let end = begin.advanced(by: .seconds(Int.random(in: 0...(86_400 * 4), using: &random)))
            let walked = walk(schedule, begin, end)
            #expect(schedule.count(after: begin, through: end) == walked.count, "\(text)")
            #expect(schedule.last(after: begin, through: end) == walked.last, "\(text)")
            if let first = walked.first {
                #expect(schedule.next(after: begin) == first, "\(text)")
            } else if let next = schedule.next(after: begin) {
                #expect(next > end, "\(text)")
            }
        }
    }

    @Test("A century of minutes is counted in no time")
    func century() throws {
        let schedule = try CronSchedule(parsing: "* * * * *")
        let begin = instant("2000-01-01T00:00:00Z")
        let count = schedule.count(after: begin, through: instant("2100-01-01T00:00:00Z"))
        #expect(count == 36_525 * 1440)
    }

    /// The instants, minute by minute, with Foundation's calendar for the days instead of our own.
    private func walk(_ schedule: CronSchedule, _ begin: Timestamp, _ end: Timestamp) -> [Timestamp] {
        let day: Int64 = 86_400
        var found: [Timestamp] = []
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let fields = schedule.text.split(separator: " ").map(String.init)
        let isEither = !fields[2].hasPrefix("*") && !fields[4].hasPrefix("*")
        let minutes = (0..<1440).filter { simple(fields[1], $0 / 60) && simple(fields[0], $0 % 60) }
        var midnight = (begin.microseconds / 1_000_000 / day - 1) * day
        while midnight * 1_000_000 <= end.microseconds {
            let date = Date(timeIntervalSince1970: Double(midnight))
            let parts = calendar.dateComponents([.day, .month, .weekday], from: date)
            let byDate = simple(fields[2], parts.day ?? -1)
            let byWeekday = simple(fields[4], (parts.weekday ?? 0) - 1)
            if simple(fields[3], parts.month ?? -1), isEither ? byDate || byWeekday : byDate && byWeekday {
                found += minutes.map { Timestamp(microseconds: (midnight + Int64($0) * 60) * 1_000_000) }
            }
            midnight += day
        }
        return found.filter { $0 > begin && $0 <= end }
    }

    /// Whether a field of the kind that `randomSchedule` makes takes a number.
    private func simple(_ field: String, _ number: Int) -> Bool {
        field.split(separator: ",").contains { item in
            let parts = item.split(separator: "/")
            let step = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
            if parts[0] == "*" { return number % step == 0 }
            let ends = parts[0].split(separator: "-").compactMap { Int($0) }
            return number >= ends[0] && number <= (ends.last ?? -1) && (number - ends[0]) % step == 0
        }
    }

    private func randomSchedule(_ random: inout SeededRandom) -> String {
        func field(_ range: ClosedRange<Int>, starSteps: Bool) -> String {
            let (a, b) = (Int.random(in: range, using: &random), Int.random(in: range, using: &random))
            switch Int.random(in: 0...4, using: &random) {
            case 0: return "\(a)"
            case 1: return "\(min(a, b))-\(max(a, b))"
            case 2: return "\(min(a, b))-\(max(a, b))/\(Int.random(in: 1...9, using: &random))"
            case 3 where starSteps: return "*/\(Int.random(in: 1...20, using: &random))"
            case 3: return "\(a),\(b)"
            default: return "*"
            }
        }
        return [
            field(0...59, starSteps: true), field(0...23, starSteps: true), field(1...31, starSteps: false),
            field(1...12, starSteps: false), field(0...6, starSteps: true),
        ].joined(separator: " ")
    }
}
