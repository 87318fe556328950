import Datastore

/// What is due of one schedule at a moment: pure, so that years of it can be tested in milliseconds.
///
/// Every instant up to the mark is accounted for already. Of the instants after it, the last one is run if it is not
/// too late; those before it were missed, and are told as one range. A clock that jumps back leaves the mark ahead of
/// now: nothing is due until the mark is passed, so that no instant runs twice.
struct SchedulePlan: Sendable, Hashable {
    /// The instants that passed without a run.
    let missed: MissedRange?
    /// The instant to run now.
    let due: Timestamp?
    /// Up to where every instant is accounted for once `missed` and `due` are recorded.
    let mark: Timestamp
    /// The first instant after that; nil when there is none.
    let next: Timestamp?

    /// - Parameters:
    ///   - mark: up to where every instant is accounted for.
    ///   - lateness: how late an instant may still be run; nil for not at all.
    init(schedule: ZonedSchedule, mark: Timestamp, now: Timestamp, lateness: Duration?) {
        guard let last = schedule.last(after: mark, through: now) else {
            missed = nil
            due = nil
            self.mark = mark
            next = schedule.next(after: mark)
            return
        }
        let isRun = lateness.map { now.since(last) <= $0 } ?? false
        let count = schedule.count(after: mark, through: last)
        let missedCount = isRun ? count - 1 : count
        due = isRun ? last : nil
        self.mark = last
        next = schedule.next(after: last)
        guard missedCount > 0, let from = schedule.next(after: mark) else {
            missed = nil
            return
        }
        let before = Timestamp(microseconds: last.microseconds - 1)
        let to = isRun ? schedule.last(after: mark, through: before) ?? from : last
        missed = MissedRange(from: from, to: to, count: missedCount)
    }
}
