/// How a zone's clocks go on for ever: the text in POSIX's form at the end of its file, such as
/// `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneRule: Sendable, Hashable {
    /// A moment of each year at which the clocks are set.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// `J60`: 1 to 365, the leap day never counted.
            case ordinal(Int)
            /// `59`: 0 to 365, the leap day counted.
            case fromZero(Int)
            /// `M3.5.0`: the month's so-many-th weekday, 0 for Sunday; the fifth is the last.
            case weekday(month: Int, week: Int, weekday: Int)
        }

        let day: Day
        /// Seconds after midnight by the clocks as they go before; may lie outside the day.
        let time: Int64

        /// The second, as the clocks before the change show it.
        func reading(in year: Int64) -> Int64 { dayNumber(in: year) * 86_400 + time }

        private func dayNumber(in year: Int64) -> Int64 {
            let newYear = CivilTime.dayNumber(year: year, month: 1, day: 1)
            switch day {
            case .fromZero(let day): return newYear + Int64(day)
            case .ordinal(let day):
                let march = CivilTime.dayNumber(year: year, month: 3, day: 1)
                // From the 60th on it is counted from March, so that a leap day has no number.
                return day < 60 ? newYear + Int64(day - 1) : march + Int64(day - 60)
            case .weekday(let month, let week, let weekday):
                let first = CivilTime(dayNumber: CivilTime.dayNumber(year: year, month: month, day: 1))
                let toWeekday = (weekday - first.weekday + 7) % 7
                let day = first.dayNumber + Int64(toWeekday + (week - 1) * 7)
                return day < first.dayNumber + first.daysToNextMonth ? day : day - 7
            }
        }
    }

    /// The other of a year's two offsets.
    struct Daylight: Sendable, Hashable {
        let offset: Int64
        let begin: Change
        let end: Change
    }

    /// What the clocks are ahead of UTC, in seconds; in a zone that changes, outside its daylight-saving time.
    let standard: Int64
    let daylight: Daylight?

    /// The transitions of some years, in the order of time.
    func transitions(years: ClosedRange<Int64>) -> [Zone.Transition] {
        guard let daylight else { return [] }
        return years.flatMap { year in
            [
                Zone.Transition(second: daylight.begin.reading(in: year) - standard, offset: daylight.offset),
                Zone.Transition(second: daylight.end.reading(in: year) - daylight.offset, offset: standard),
            ]
        }.sorted { $0.second < $1.second }
    }
}
