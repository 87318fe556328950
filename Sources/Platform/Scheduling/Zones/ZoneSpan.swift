import Datastore

/// A stretch of time in which a zone's clocks keep one distance from UTC.
///
/// What a clock on the wall shows is called a reading, and told as a timestamp too: the instant at which a clock in UTC
/// would show the same.
struct ZoneSpan: Sendable, Hashable {
    /// The first instant of it.
    let start: Timestamp
    /// The first instant behind it.
    let end: Timestamp
    /// What the clocks are ahead of UTC, in microseconds.
    let offset: Int64
    /// The first reading that no clock of the zone had shown before the span: with the span's own first reading it is
    /// the gap where it is earlier, and the fold where it is later. Nil for the zone's first span.
    let unshown: Timestamp?

    /// The last instant of it.
    var last: Timestamp { end.moved(by: -1) }

    /// What the clocks show at its start.
    var firstReading: Timestamp { reading(at: start) }

    /// The readings that no clock ever shows, since the clocks were set ahead over them at the span's start.
    var gap: Range<Timestamp>? {
        guard let unshown, unshown < firstReading else { return nil }
        return unshown..<firstReading
    }

    /// The first reading that was not shown in a span before.
    var firstNewReading: Timestamp { max(firstReading, unshown ?? firstReading) }

    /// What the clocks show at an instant of it.
    func reading(at instant: Timestamp) -> Timestamp { instant.moved(by: offset) }

    /// When the clocks show a reading of it.
    func instant(of reading: Timestamp) -> Timestamp { reading.moved(by: -offset) }
}

extension Timestamp {
    /// So many microseconds later, held within int64.
    func moved(by microseconds: Int64) -> Timestamp {
        let (moved, overflow) = self.microseconds.addingReportingOverflow(microseconds)
        return Timestamp(microseconds: overflow ? (microseconds < 0 ? .min : .max) : moved)
    }
}
