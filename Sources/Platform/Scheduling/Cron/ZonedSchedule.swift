import Datastore

/// A cron schedule read by the clocks of a zone: which instants it names.
///
/// A schedule that runs in every hour follows real time: an instant belongs to it when the clocks then show what it
/// names, so that a reading that never comes has no run and one that comes twice has two. A schedule that names hours
/// means what an operator reads off the wall, each reading once: one that the clocks pass over when they are set ahead
/// is run once at the moment they jump, together with all others of that gap, and one that comes twice is run the first
/// time. So a daily job runs once on every day of the year, and an hourly one every hour.
struct ZonedSchedule: Sendable {
    let schedule: CronSchedule
    let zone: Zone

    /// The first instant after the given one; nil when there is none.
    func next(after begin: Timestamp) -> Timestamp? {
        let begin = max(begin, .earliest)
        let limit = begin.moved(by: CronSchedule.horizon * 86_400_000_000)
        for index in zone.index(at: begin)..<zone.count {
            let span = zone[index]
            guard span.start <= limit else { return nil }
            if span.start > begin, fillsGap(span) { return span.start }
            let readings = readings(span, after: begin, through: min(span.last, limit))
            if let reading = schedule.next(after: readings.after, through: readings.through) {
                return span.instant(of: reading)
            }
        }
        return nil
    }

    /// The last instant after one and at or before another.
    func last(after begin: Timestamp, through end: Timestamp) -> Timestamp? {
        guard begin < end else { return nil }
        for index in stride(from: zone.index(at: end), through: 0, by: -1) {
            let span = zone[index]
            let readings = readings(span, after: begin, through: end)
            if let reading = schedule.last(after: readings.after, through: readings.through) {
                return span.instant(of: reading)
            }
            guard span.start > begin else { return nil }
            if fillsGap(span) { return span.start }
        }
        return nil
    }

    /// How many instants lie after one and at or before another.
    func count(after begin: Timestamp, through end: Timestamp) -> Int {
        guard begin < end else { return 0 }
        return (zone.index(at: begin)...zone.index(at: end)).reduce(0) { count, index in
            let span = zone[index]
            let readings = readings(span, after: begin, through: end)
            return count + schedule.count(after: readings.after, through: readings.through)
                + (span.start > begin && fillsGap(span) && !namesStart(span) ? 1 : 0)
        }
    }

    /// The readings of a span that stand for its instants after one and at or before another: exclusive, inclusive.
    private func readings(
        _ span: ZoneSpan, after begin: Timestamp, through end: Timestamp
    ) -> (after: Timestamp, through: Timestamp) {
        let first = schedule.isInEveryHour ? span.firstReading : span.firstNewReading
        let after = first.moved(by: -1)
        return (
            begin < span.start ? after : max(after, span.reading(at: begin)), span.reading(at: min(end, span.last))
        )
    }

    /// Whether the schedule names a reading that was passed over at the span's start, which is run then.
    private func fillsGap(_ span: ZoneSpan) -> Bool {
        guard !schedule.isInEveryHour, let gap = span.gap else { return false }
        return schedule.next(after: gap.lowerBound.moved(by: -1), through: gap.upperBound.moved(by: -1)) != nil
    }

    /// Whether the span's first reading is itself named, so that its start is in the schedule already.
    private func namesStart(_ span: ZoneSpan) -> Bool {
        schedule.next(after: span.firstReading.moved(by: -1), through: span.firstReading) != nil
    }
}
