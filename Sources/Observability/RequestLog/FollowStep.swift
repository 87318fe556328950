import Database
import GRDB

/// One read of a follower: the records after a place, and the gaps between them.
struct FollowStep: Sendable {
    var events: [FollowEvent] = []
    var cursor: Int64
    /// Whether the read ended before the log did.
    var hasMore = false

    /// Records that one read gives at most.
    static let largest = 1_000

    static func read(from cursor: Int64, query: RequestLogQuery, _ database: Database) throws -> FollowStep {
        let scan = LogScan(query)
        let found = try scan.run(from: cursor, limit: largest, database)
        var step = FollowStep(cursor: cursor, hasMore: found.position != nil)
        // At the end, everything up to the newest id was looked at, in the one state of the file that this read sees.
        let through = try found.position ?? newestID(database)
        let gaps = try gaps(after: cursor, through: through, database)
        step.merge(found.records, gaps)
        step.cursor = max(cursor, through)
        return step
    }

    private mutating func merge(_ records: [StoredRecord], _ gaps: [(first: Int64, last: Int64, dropped: Int)]) {
        var rest = gaps[...]
        var previous = InsertID(rawValue: cursor)
        for record in records {
            while let gap = rest.first, gap.first < record.insertID.rawValue {
                events.append(.gap(dropped: gap.dropped, after: previous))
                rest.removeFirst()
            }
            events.append(.record(record))
            previous = record.insertID
        }
        for gap in rest { events.append(.gap(dropped: gap.dropped, after: previous)) }
    }

    static func newestID(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT max(coalesce((SELECT max(last_id) FROM request_segment), 0),
                    coalesce((SELECT max(last_id) FROM request_gap), 0))
                """) ?? 0
    }

    /// Gaps that begin in the range. A follower that resumes inside one is told of it whole.
    private static func gaps(
        after cursor: Int64, through: Int64, _ database: Database
    ) throws -> [(first: Int64, last: Int64, dropped: Int)] {
        let row = try RawStatement(
            database,
            """
            SELECT first_id, last_id, dropped FROM request_gap WHERE first_id > ? AND first_id <= ? ORDER BY first_id
            """)
        row.bind(cursor, at: 1)
        row.bind(through, at: 2)
        var gaps: [(first: Int64, last: Int64, dropped: Int)] = []
        while try row.step() { gaps.append((row.integer(0), row.integer(1), Int(row.integer(2)))) }
        return gaps
    }
}
