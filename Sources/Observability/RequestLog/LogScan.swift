import Database
import GRDB

/// One read of the log: a bounded walk over segments from a position on.
///
/// A walk that matches little goes over many records; it ends after a number of them, and the next read goes on, so
/// that no query holds a snapshot of the file for long.
struct LogScan: Sendable {
    /// Records that one read looks at.
    static let longestWalk = 20_000

    struct Result: Sendable {
        var records: [StoredRecord] = []
        /// The last id that was looked at; nil where the walk came to the end.
        var position: Int64?
    }

    let filter: RecordFilter
    let isDescending: Bool
    /// Ids between these, both excluded.
    let low: Int64
    let high: Int64
    private let since: Int64
    private let until: Int64
    private let isWanted: (@Sendable (StoredRecord) -> Bool)?

    init(_ query: RequestLogQuery, isWanted: (@Sendable (StoredRecord) -> Bool)? = nil) {
        self.isWanted = isWanted
        filter = RecordFilter(query)
        isDescending = query.order == .newestFirst
        low = query.after?.rawValue ?? -1
        high = query.before?.rawValue ?? .max
        since = query.since ?? .min
        until = query.until ?? .max
    }

    /// Walks on behind `position`, which is an id or nil for the beginning, until `limit` records are found.
    func run(from position: Int64?, limit: Int, _ database: Database) throws -> Result {
        var result = Result()
        var low = low
        var high = high
        if let position {
            if isDescending { high = min(high, position) } else { low = max(low, position) }
        }
        var walked = 0
        while walked < LogScan.longestWalk {
            guard let segment = try nextSegment(low: low, high: high, database) else {
                result.position = nil
                return result
            }
            let reader = try SegmentReader(segment: segment.first, filter: filter, database)
            if reader.canMatch {
                let row = try rows(low: max(low, segment.first - 1), high: high, last: segment.last, database)
                defer { row.reset() }
                while try row.step() {
                    walked += 1
                    guard let record = reader.record(row), isWanted?(record) ?? true else { continue }
                    result.records.append(record)
                    if result.records.count >= limit {
                        result.position = record.insertID.rawValue
                        return result
                    }
                }
            }
            walked += 100
            if isDescending { high = segment.first } else { low = segment.last }
            result.position = isDescending ? high : low
        }
        return result
    }

    /// The next segment that has ids between and times within the query's.
    private func nextSegment(low: Int64, high: Int64, _ database: Database) throws -> (first: Int64, last: Int64)? {
        let row = try RawStatement(
            database,
            """
            SELECT first_id, last_id FROM request_segment
            WHERE last_id > ? AND first_id < ? AND last_time >= ? AND first_time <= ?
            ORDER BY first_id \(isDescending ? "DESC" : "ASC") LIMIT 1
            """)
        row.bind(low, at: 1)
        row.bind(high, at: 2)
        row.bind(since, at: 3)
        row.bind(until, at: 4)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return (row.integer(0), row.integer(1))
    }

    private func rows(low: Int64, high: Int64, last: Int64, _ database: Database) throws -> RawStatement {
        let row = try RawStatement(
            database,
            """
            SELECT \(SegmentReader.columns) FROM request_record WHERE id > ? AND id < ? AND id <= ?
            ORDER BY id \(isDescending ? "DESC" : "ASC")
            """)
        row.bind(low, at: 1)
        row.bind(high, at: 2)
        row.bind(last, at: 3)
        return row
    }
}
