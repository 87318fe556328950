public import Datastore

/// A unix cron schedule: minute, hour, day of month, month, day of week. It is asked about what a clock shows, told as
/// the instant at which a clock in UTC shows it; `ZonedSchedule` knows what the clocks of a zone show.
///
/// A field is `*`, a number, a range `1-5`, a step over a range `*/15` or `10-50/20`, or a list of these by commas;
/// months go by `JAN` to `DEC` too, weekdays by `SUN` to `SAT`, and 7 is Sunday as 0 is. Where both day fields are
/// restricted a day matches when either does; where one begins with `*`, both have to (as in Vixie's cron).
public struct CronSchedule: Sendable, Hashable {
    /// The schedule as it was written.
    public let text: String
    private let minutes: CronField.Parsed
    private let hours: CronField.Parsed
    private let daysOfMonth: CronField.Parsed
    private let months: CronField.Parsed
    private let daysOfWeek: CronField.Parsed

    /// A weekday falls on a date of a month again within 40 years, even across a century without its leap day.
    static let horizon: Int64 = 40 * 366

    /// Reads a schedule; throws `invalidSchedule`, naming the field and what is wrong with it.
    public init(parsing text: String) throws(SchedulingError) {
        let fields = text.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else {
            throw SchedulingError(
                .invalidSchedule,
                "a schedule has five fields (minute, hour, day of month, month, day of week), not \(fields.count)")
        }
        self.text = text
        minutes = try CronField.minute.parse(fields[0])
        hours = try CronField.hour.parse(fields[1])
        daysOfMonth = try CronField.dayOfMonth.parse(fields[2])
        months = try CronField.month.parse(fields[3])
        daysOfWeek = try CronField.dayOfWeek.parse(fields[4])
    }

    /// Whether it runs in every hour of the days that it names.
    var isInEveryHour: Bool { hours.bits.nonzeroBitCount == 24 }

    /// The first instant after the given one; nil when there is none, as for the 30th of February.
    public func next(after timestamp: Timestamp) -> Timestamp? {
        next(after: timestamp, through: .latest)
    }

    /// The first instant after one and at or before another.
    func next(after begin: Timestamp, through end: Timestamp) -> Timestamp? {
        guard begin < end, let start = Self.minute(after: begin) else { return nil }
        var day = CivilTime(dayNumber: start.day)
        var earliest = start.minute
        let last = min(start.day + Self.horizon, CivilTime(min(end, .latest)).dayNumber)
        while day.dayNumber <= last {
            if !months.contains(day.month) {
                day = CivilTime(dayNumber: day.dayNumber + day.daysToNextMonth)
            } else if matches(day), let minute = firstMinute(from: earliest) {
                let found = Self.timestamp(day: day.dayNumber, minute: minute)
                return found <= end ? found : nil
            } else {
                day = CivilTime(dayNumber: day.dayNumber + 1)
            }
            earliest = 0
        }
        return nil
    }

    /// The last instant after one and at or before another.
    func last(after begin: Timestamp, through end: Timestamp) -> Timestamp? {
        guard let first = Self.minute(after: begin), begin < end else { return nil }
        let civil = CivilTime(min(end, .latest))
        var latest = civil.minuteOfDay
        var number = civil.dayNumber
        while number >= first.day {
            if matches(CivilTime(dayNumber: number)), let minute = lastMinute(through: latest) {
                let found = Self.timestamp(day: number, minute: minute)
                return found > begin ? found : nil
            }
            latest = 1439
            number -= 1
        }
        return nil
    }

    /// How many instants lie after one and at or before another: whole days are counted by multiplication, so that a
    /// clock set ahead by centuries costs no more than its days.
    func count(after begin: Timestamp, through end: Timestamp) -> Int {
        guard let first = Self.minute(after: begin), begin < end else { return 0 }
        let last = CivilTime(min(end, .latest))
        guard (first.day, first.minute) <= (last.dayNumber, last.minuteOfDay) else { return 0 }
        let wholeDay = minutes.bits.nonzeroBitCount * hours.bits.nonzeroBitCount
        var count = 0
        var day = CivilTime(dayNumber: first.day)
        while day.dayNumber <= last.dayNumber {
            guard months.contains(day.month) else {
                day = CivilTime(dayNumber: day.dayNumber + day.daysToNextMonth)
                continue
            }
            if matches(day) {
                let from = day.dayNumber == first.day ? first.minute : 0
                let through = day.dayNumber == last.dayNumber ? last.minuteOfDay : 1439
                count += from == 0 && through == 1439 ? wholeDay : countMinutes(from: from, through: through)
            }
            day = CivilTime(dayNumber: day.dayNumber + 1)
        }
        return count
    }

    private func matches(_ day: CivilTime) -> Bool {
        guard months.contains(day.month) else { return false }
        let byDate = daysOfMonth.contains(day.day)
        let byWeekday = daysOfWeek.contains(day.weekday)
        let isEither = !daysOfMonth.beginsWithStar && !daysOfWeek.beginsWithStar
        return isEither ? byDate || byWeekday : byDate && byWeekday
    }

    /// The first matching minute of a day at or after one of it; its bits are asked, not each minute.
    private func firstMinute(from minute: Int) -> Int? {
        let hour = minute / 60
        if hours.contains(hour), let found = minutes.first(from: minute % 60) { return hour * 60 + found }
        guard let later = hours.first(from: hour + 1), let found = minutes.first(from: 0) else { return nil }
        return later * 60 + found
    }

    private func lastMinute(through minute: Int) -> Int? {
        let hour = minute / 60
        if hours.contains(hour), let found = minutes.last(through: minute % 60) { return hour * 60 + found }
        guard let earlier = hours.last(through: hour - 1), let found = minutes.last(through: 59) else { return nil }
        return earlier * 60 + found
    }

    private func countMinutes(from: Int, through: Int) -> Int {
        guard from <= through else { return 0 }
        return (from / 60...through / 60).reduce(0) { count, hour in
            guard hours.contains(hour) else { return count }
            let low = max(from, hour * 60) % 60
            let high = min(through, hour * 60 + 59) % 60
            return count + minutes.count(low...high)
        }
    }

    /// The first whole minute after an instant; nil beyond what a timestamp can say.
    private static func minute(after timestamp: Timestamp) -> (day: Int64, minute: Int)? {
        guard timestamp < .latest else { return nil }
        let civil = CivilTime(max(timestamp, .earliest))
        return civil.minuteOfDay == 1439
            ? (civil.dayNumber + 1, 0) : (civil.dayNumber, civil.minuteOfDay + 1)
    }

    private static func timestamp(day: Int64, minute: Int) -> Timestamp {
        Timestamp(microseconds: (day * 1440 + Int64(minute)) * 60_000_000)
    }
}
