import Database
import GRDB

/// Reads the records of one segment with its dictionaries.
///
/// The filter is put to each entry of the dictionaries once, and then a record is judged by its small numbers: most
/// that do not match are left without looking at a text.
struct SegmentReader {
    private let shapes: [Int64: Shape]
    private let texts: [Int64: String]
    private let wantedShapes: Set<Int64>
    private let shapesWithText: Set<Int64>
    private let textsWithText: Set<Int64>
    private let filter: RecordFilter

    static let columns = """
        id, time, latency, shape, request_size, response_size, url, request_id, user_agent, remote_ip, trace, span, \
        referer, principal, error
        """

    /// Columns whose value is a text or the number of one.
    private static let textColumns = [6, 8, 9, 12, 13, 14]
    private static let identifierColumns = [7, 10, 11]

    init(segment: Int64, filter: RecordFilter, _ database: Database) throws {
        self.filter = filter
        shapes = try SegmentReader.shapes(of: segment, database)
        let wanted = shapes.filter { filter.matches($0.value) }
        wantedShapes = Set(wanted.keys)
        shapesWithText = filter.needle == nil ? [] : Set(wanted.filter { filter.findsText(in: $0.value) }.keys)
        // Nothing to read where no shape is wanted.
        texts = wanted.isEmpty ? [:] : try SegmentReader.texts(of: segment, database)
        textsWithText = filter.needle == nil ? [] : Set(texts.filter { filter.findsText(in: $0.value) }.keys)
    }

    /// Whether any record of the segment can match.
    var canMatch: Bool { !wantedShapes.isEmpty }

    /// The row's record, if the filter takes it.
    func record(_ row: RawStatement) -> StoredRecord? {
        let time = row.integer(1)
        let number = row.integer(3)
        guard wantedShapes.contains(number), let shape = shapes[number], filter.matches(time: time) else { return nil }
        guard filter.needle == nil || shapesWithText.contains(number) || findsText(row) else { return nil }
        let record = RequestRecord(
            timestamp: time, severity: shape.severity, service: shape.service.text, method: shape.method.text,
            url: text(row, 6) ?? "", requestSize: Int(row.integer(4)), status: shape.status,
            responseSize: Int(row.integer(5)), userAgent: text(row, 8), remoteIP: text(row, 9),
            referer: text(row, 12), latency: .microseconds(row.integer(2)), protocol: shape.protocol.text,
            trace: CompactIdentifier.read(row, at: 10), spanID: CompactIdentifier.read(row, at: 11),
            route: shape.route.text, principal: text(row, 13),
            requestID: CompactIdentifier.read(row, at: 7) ?? "", error: text(row, 14))
        return StoredRecord(insertID: InsertID(rawValue: row.integer(0)), record: record)
    }

    private func text(_ row: RawStatement, _ column: Int) -> String? {
        if row.isNull(column) { return nil }
        return row.isInteger(column) ? texts[row.integer(column)] ?? "" : row.text(column)
    }

    private func findsText(_ row: RawStatement) -> Bool {
        let isInTexts = SegmentReader.textColumns.contains { column in
            if row.isNull(column) { return false }
            if row.isInteger(column) { return textsWithText.contains(row.integer(column)) }
            return row.withBytes(column) { bytes in filter.findsText(in: bytes) }
        }
        return isInTexts
            || SegmentReader.identifierColumns.contains { column in
                CompactIdentifier.read(row, at: column).map(filter.findsText(in:)) ?? false
            }
    }

    private static func shapes(of segment: Int64, _ database: Database) throws -> [Int64: Shape] {
        var shapes: [Int64: Shape] = [:]
        let row = try RawStatement(
            database,
            "SELECT number, severity, service, method, status, protocol, route FROM request_shape WHERE segment = ?")
        row.bind(segment, at: 1)
        while try row.step() {
            let status = Int(row.integer(4))
            shapes[row.integer(0)] = Shape(
                severity: Severity(rawValue: row.text(1)) ?? Severity(status: status), service: row.text(2),
                method: row.text(3), status: status, protocol: row.text(5), route: row.text(6))
        }
        return shapes
    }

    private static func texts(of segment: Int64, _ database: Database) throws -> [Int64: String] {
        var texts: [Int64: String] = [:]
        let row = try RawStatement(database, "SELECT number, value FROM request_text WHERE segment = ?")
        row.bind(segment, at: 1)
        while try row.step() { texts[row.integer(0)] = row.text(1) }
        return texts
    }
}
