import Database
import Datastore
import GRDB

/// One connection within one transaction: reads on a reader, reads and writes on the writer.
struct SQLiteTransaction {
    let connection: GRDB.Database

    init(_ connection: GRDB.Database) {
        self.connection = connection
    }

    func prepare(_ sql: String) throws -> RawStatement {
        try RawStatement(connection, sql)
    }

    /// The row of `key, version, create_time, update_time[, properties]` that begins at a column.
    func entity(_ statement: RawStatement, from column: Int = 0, properties: Bool) -> EntityRow {
        EntityRow(
            key: statement.bytes(column), version: statement.integer(column + 1),
            createTime: statement.integer(column + 2), updateTime: statement.integer(column + 3),
            properties: properties ? statement.bytes(column + 4) : [])
    }
}

extension SQLiteTransaction: EngineSnapshot {
    func entity(at key: [UInt8], properties: Bool) throws -> EntityRow? {
        let columns = properties ? "key, version, create_time, update_time, properties" : Self.columns
        let statement = try prepare("SELECT \(columns) FROM entity WHERE key = ?")
        statement.bind(blob: key, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return entity(statement, properties: properties)
    }

    private static let columns = "key, version, create_time, update_time"

    func entities(in range: ByteRange, descending: Bool, limit: Int, properties: Bool) throws -> [EntityRow] {
        let statement = try prepare(
            """
            SELECT \(Self.columns)\(properties ? ", properties" : "") FROM entity
            WHERE key >= ?1\(range.upper == nil ? "" : " AND key < ?3")
            ORDER BY key \(descending ? "DESC" : "ASC") LIMIT ?2
            """)
        statement.bind(blob: range.lower, at: 1)
        statement.bind(Int64(limit), at: 2)
        if let upper = range.upper { statement.bind(blob: upper, at: 3) }
        var rows: [EntityRow] = []
        var bytes = 0
        while bytes < EngineLimits.pageBytes, try statement.step() {
            let row = entity(statement, properties: properties)
            bytes += row.properties.count
            rows.append(row)
        }
        statement.reset()
        return rows
    }

    func countEntities(in range: ByteRange, limit: Int) throws -> (count: Int, last: [UInt8]?) {
        let statement = try prepare(
            """
            SELECT count(*), max(key) FROM (
                SELECT key FROM entity WHERE key >= ?1\(range.upper == nil ? "" : " AND key < ?3")
                ORDER BY key LIMIT ?2)
            """)
        statement.bind(blob: range.lower, at: 1)
        statement.bind(Int64(limit), at: 2)
        if let upper = range.upper { statement.bind(blob: upper, at: 3) }
        guard try statement.step() else { return (0, nil) }
        defer { statement.reset() }
        return (Int(statement.integer(0)), statement.isNull(1) ? nil : statement.bytes(1))
    }

    func register(_ name: String) throws -> [UInt8]? {
        let statement = try prepare("SELECT value FROM register WHERE name = ?")
        statement.bind(text: name, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.bytes(0)
    }

    func registers(prefix: String) throws -> [(name: String, value: [UInt8])] {
        let statement = try prepare(
            "SELECT name, value FROM register WHERE name >= ?1 AND substr(name, 1, length(?1)) = ?1 ORDER BY name")
        statement.bind(text: prefix, at: 1)
        var rows: [(name: String, value: [UInt8])] = []
        while try statement.step() { rows.append((statement.text(0), statement.bytes(1))) }
        return rows
    }
}

// Counts of entries, by the index alone.
extension SQLiteTransaction {
    func countEntries(
        index: Int64, in range: ByteRange, after: (value: [UInt8], entity: [UInt8])?, limit: Int
    ) throws -> (count: Int, last: (value: [UInt8], entity: [UInt8])?) {
        let rows =
            "FROM entry WHERE index_id = ?1 AND \(after == nil ? "value >= ?2" : "(value, entity) > (?2, ?5)")"
            + (range.upper == nil ? "" : " AND value < ?4")
        func prepared(_ sql: String, _ number: Int) throws -> RawStatement {
            let statement = try prepare(sql)
            statement.bind(index, at: 1)
            statement.bind(blob: after?.value ?? range.lower, at: 2)
            statement.bind(Int64(number), at: 3)
            if let upper = range.upper { statement.bind(blob: upper, at: 4) }
            if let after { statement.bind(blob: after.entity, at: 5) }
            return statement
        }
        let last = try prepared("SELECT value, entity \(rows) ORDER BY value, entity LIMIT 1 OFFSET ?3", limit - 1)
        if try last.step() {
            defer { last.reset() }
            return (limit, (last.bytes(0), last.bytes(1)))
        }
        let count = try prepared("SELECT count(*) FROM (SELECT 1 \(rows) LIMIT ?3)", limit)
        guard try count.step() else { return (0, nil) }
        defer { count.reset() }
        return (Int(count.integer(0)), nil)
    }
}

// Scans of entries, joined with the entities to which they belong.
extension SQLiteTransaction {
    func entries(_ scan: EntryScan) throws -> [(value: [UInt8], entity: EntityRow)] {
        guard scan.descending, let after = scan.after else { return try page(of: scan) }
        // Values go down and keys go up: the rest of the value where the page before ended, then the values below.
        var rest = scan
        rest.values = ByteRange(lower: after.value, upper: after.value + [0])
        rest.descending = false
        var rows = try page(of: rest)
        // A page that was cut for its size may have left rows of this value.
        let bytes = rows.reduce(0) { $0 + $1.entity.properties.count }
        guard rows.count < scan.limit, bytes < EngineLimits.pageBytes else { return rows }
        var below = scan
        below.after = nil
        below.limit = scan.limit - rows.count
        if below.values.upper.map({ after.value.lexicographicallyPrecedes($0) }) ?? true {
            below.values.upper = after.value
        }
        rows += try page(of: below)
        return rows
    }

    private func page(of scan: EntryScan) throws -> [(value: [UInt8], entity: EntityRow)] {
        let statement = try prepare(
            """
            SELECT e.value, n.key, n.version, n.create_time, n.update_time\(scan.properties ? ", n.properties" : "")
            FROM entry AS e CROSS JOIN entity AS n ON n.key = e.entity
            WHERE e.index_id = ?1
                AND \(scan.after == nil ? "e.value >= ?2" : "(e.value, e.entity) > (?2, ?5)")
                \(scan.values.upper == nil ? "" : "AND e.value < ?4")
            ORDER BY e.value \(scan.descending ? "DESC" : "ASC"), e.entity ASC LIMIT ?3
            """)
        statement.bind(scan.index, at: 1)
        statement.bind(Int64(scan.limit), at: 3)
        if let upper = scan.values.upper { statement.bind(blob: upper, at: 4) }
        if let after = scan.after {
            statement.bind(blob: after.value, at: 2)
            statement.bind(blob: after.entity, at: 5)
        } else {
            statement.bind(blob: scan.values.lower, at: 2)
        }
        var rows: [(value: [UInt8], entity: EntityRow)] = []
        var bytes = 0
        while bytes < EngineLimits.pageBytes, try statement.step() {
            let row = entity(statement, from: 1, properties: scan.properties)
            bytes += row.properties.count
            rows.append((statement.bytes(0), row))
        }
        statement.reset()
        return rows
    }
}
