import Datastore

/// An instant as calendar and clock show it in UTC, proleptic Gregorian.
struct CivilTime: Sendable, Hashable {
    /// Days since 1970-01-01, negative before.
    let dayNumber: Int64
    let year: Int64
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int
    /// 0 to 86,399,999,999 since midnight.
    let microsecond: Int64

    private static let microsecondsPerDay: Int64 = 86_400_000_000

    init(_ timestamp: Timestamp) {
        let microseconds = timestamp.microseconds
        var day = microseconds / Self.microsecondsPerDay
        var rest = microseconds % Self.microsecondsPerDay
        if rest < 0 {
            day -= 1
            rest += Self.microsecondsPerDay
        }
        self.init(dayNumber: day, microsecond: rest)
    }

    /// The day's date by Howard Hinnant's days-to-civil algorithm: years begin in March, so that the leap day is last.
    init(dayNumber: Int64, microsecond: Int64 = 0) {
        self.dayNumber = dayNumber
        self.microsecond = microsecond
        let shifted = dayNumber + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        year = yearOfEra + era * 400 + (shiftedMonth < 10 ? 0 : 1)
    }

    /// The number of a date's day, by the same algorithm backwards.
    static func dayNumber(year: Int64, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 0 for Sunday to 6 for Saturday; 1970-01-01 was a Thursday.
    var weekday: Int {
        let weekday = (dayNumber + 4) % 7
        return Int(weekday < 0 ? weekday + 7 : weekday)
    }

    /// 0 to 1,439.
    var minuteOfDay: Int { Int(microsecond / 60_000_000) }

    /// Days from this one to the first of the next month.
    var daysToNextMonth: Int64 {
        let lengths: [Int] = [31, isLeapYear ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return Int64(lengths[month - 1] - day + 1)
    }

    private var isLeapYear: Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// `2026-11-22T10:08:00Z`: for instants of a schedule, which are whole minutes.
    var text: String { "\(date)T\(time)Z" }

    /// `2026-11-22T10:08:00.123456Z`: always as long, so that its bytes sort as time does.
    var exactText: String { "\(date)T\(time).\(Self.padded(microsecond % 1_000_000, 6))Z" }

    private var date: String { "\(Self.padded(year, 4))-\(Self.padded(Int64(month), 2))-\(Self.padded(Int64(day), 2))" }

    private var time: String {
        let second = microsecond / 1_000_000
        return [second / 3600, second / 60 % 60, second % 60].map { Self.padded($0, 2) }.joined(separator: ":")
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
