import Database
import GRDB

/// The segment that is being written, and what its dictionaries hold so far.
///
/// A value: the closure of a write works on a copy, which is kept only once the transaction is on the disk.
struct SegmentWriter: Sendable {
    /// Records after which a new segment begins.
    static let largestSegment = 8_192
    /// Texts that a segment's dictionary holds at most; further ones stand in their records.
    static let largestDictionary = 1_024
    /// Bytes of one text; what is longer is cut.
    static let longestText = 2_048

    let firstID: Int64
    private(set) var lastID: Int64
    private var firstTime: Int64
    private var lastTime: Int64
    private var records = 0
    private var shapes: [Shape: Int64] = [:]
    private var texts: [ByteText: Int64] = [:]
    /// Hashes of texts that were seen once: the second time they go into the dictionary.
    private var seen: Set<Int> = []

    init(firstID: Int64, time: Int64) {
        self.firstID = firstID
        lastID = firstID
        firstTime = time
        lastTime = time
    }

    /// Whether a record of `time` belongs into a new segment.
    func isFull(at time: Int64, longest: Int64) -> Bool {
        records >= SegmentWriter.largestSegment || time.subtractingReportingOverflow(firstTime).partialValue > longest
    }

    mutating func append(_ record: RequestRecord, id: Int64, _ insert: RawStatement, _ database: Database) throws {
        insert.bind(id, at: 1)
        insert.bind(record.timestamp, at: 2)
        insert.bind(microseconds(record.latency), at: 3)
        insert.bind(try number(of: Shape(record), database), at: 4)
        insert.bind(Int64(record.requestSize), at: 5)
        insert.bind(Int64(record.responseSize), at: 6)
        try bind(record.url, at: 7, insert, database)
        CompactIdentifier.bind(record.requestID, to: insert, at: 8)
        try bind(record.userAgent, at: 9, insert, database)
        try bind(record.remoteIP, at: 10, insert, database)
        CompactIdentifier.bind(record.trace, to: insert, at: 11)
        CompactIdentifier.bind(record.spanID, to: insert, at: 12)
        try bind(record.referer, at: 13, insert, database)
        try bind(record.principal, at: 14, insert, database)
        try bind(record.error, at: 15, insert, database)
        try insert.run()
        lastID = id
        firstTime = min(firstTime, record.timestamp)
        lastTime = max(lastTime, record.timestamp)
        records += 1
    }

    /// Writes the segment's own row.
    func save(_ database: Database) throws {
        let statement = try RawStatement(database, "INSERT OR REPLACE INTO request_segment VALUES (?, ?, ?, ?, ?)")
        statement.bind(firstID, at: 1)
        statement.bind(lastID, at: 2)
        statement.bind(firstTime, at: 3)
        statement.bind(lastTime, at: 4)
        statement.bind(Int64(records), at: 5)
        try statement.run()
    }

    private mutating func number(of shape: Shape, _ database: Database) throws -> Int64 {
        if let number = shapes[shape] { return number }
        let number = Int64(shapes.count)
        let statement = try RawStatement(database, "INSERT INTO request_shape VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        statement.bind(firstID, at: 1)
        statement.bind(number, at: 2)
        statement.bind(text: shape.severity.rawValue, at: 3)
        statement.bind(text: shape.service.text.limited, at: 4)
        statement.bind(text: shape.method.text.limited, at: 5)
        statement.bind(Int64(shape.status), at: 6)
        statement.bind(text: shape.protocol.text.limited, at: 7)
        statement.bind(text: shape.route.text.limited, at: 8)
        try statement.run()
        shapes[shape] = number
        return number
    }

    private mutating func bind(
        _ text: String?, at index: Int, _ insert: RawStatement, _ database: Database
    ) throws {
        guard let text else { return insert.bindNull(at: index) }
        if let number = try number(of: text, database) {
            insert.bind(number, at: index)
        } else {
            insert.bind(text: text.limited, at: index)
        }
    }

    /// The text's place in the dictionary, where it is worth one.
    private mutating func number(of text: String, _ database: Database) throws -> Int64? {
        guard (3...SegmentWriter.longestText).contains(text.utf8.count) else { return nil }
        let key = ByteText(text)
        if let number = texts[key] { return number }
        guard texts.count < SegmentWriter.largestDictionary else { return nil }
        if seen.insert(key.hashValue).inserted { return nil }
        let number = Int64(texts.count)
        let statement = try RawStatement(database, "INSERT INTO request_text VALUES (?, ?, ?)")
        statement.bind(firstID, at: 1)
        statement.bind(number, at: 2)
        statement.bind(text: text, at: 3)
        try statement.run()
        texts[key] = number
        return number
    }

    private func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : whole.addingReportingOverflow(attoseconds / 1_000_000_000_000).partialValue
    }
}
