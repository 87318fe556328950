import Database
import Datastore
import GRDB

extension SQLiteTransaction: EngineTransaction {
    func insert(_ row: EntityRow) throws -> Bool {
        let statement = try prepare(
            "INSERT INTO entity VALUES (?, ?, ?, ?, CAST(? AS TEXT)) ON CONFLICT (key) DO NOTHING")
        bind(row, to: statement)
        try statement.run()
        return connection.changesCount > 0
    }

    func replace(_ row: EntityRow) throws {
        let statement = try prepare("INSERT OR REPLACE INTO entity VALUES (?, ?, ?, ?, CAST(? AS TEXT))")
        bind(row, to: statement)
        try statement.run()
    }

    private func bind(_ row: EntityRow, to statement: RawStatement) {
        statement.bind(blob: row.key, at: 1)
        statement.bind(row.version, at: 2)
        statement.bind(row.createTime, at: 3)
        statement.bind(row.updateTime, at: 4)
        statement.bind(blob: row.properties, at: 5)
    }

    func insertEntries(_ entries: [EntryRow]) throws {
        guard !entries.isEmpty else { return }
        let statement = try prepare("INSERT OR IGNORE INTO entry VALUES (?, ?, ?)")
        for entry in entries {
            bind(entry, to: statement)
            try statement.run()
        }
    }

    /// Row by row: SQLite answers a list of row values with a walk through the table.
    func deleteEntries(_ entries: [EntryRow]) throws {
        guard !entries.isEmpty else { return }
        let statement = try prepare("DELETE FROM entry WHERE index_id = ? AND value = ? AND entity = ?")
        for entry in entries {
            bind(entry, to: statement)
            try statement.run()
        }
    }

    private func bind(_ entry: EntryRow, to statement: RawStatement) {
        statement.bind(entry.index, at: 1)
        statement.bind(blob: entry.value, at: 2)
        statement.bind(blob: entry.entity, at: 3)
    }

    /// How many rows one statement deletes when there are many.
    private static let batch = 100

    /// Full batches share one prepared statement; what is left goes row by row, with another.
    func deleteEntities(_ keys: [[UInt8]]) throws {
        var start = 0
        while start < keys.count {
            let count = keys.count - start >= Self.batch ? Self.batch : 1
            let marks = repeatElement("?", count: count).joined(separator: ",")
            let statement = try prepare("DELETE FROM entity WHERE key IN (\(marks))")
            for offset in 0..<count { statement.bind(blob: keys[start + offset], at: offset + 1) }
            try statement.run()
            start += count
        }
    }
}

// Deletes of ranges.
extension SQLiteTransaction {
    func deleteEntities(in range: ByteRange, limit: Int) throws -> Int {
        let statement = try prepare(
            """
            DELETE FROM entity WHERE key IN (
                SELECT key FROM entity WHERE key >= ?1\(range.upper == nil ? "" : " AND key < ?3")
                ORDER BY key LIMIT ?2)
            """)
        statement.bind(blob: range.lower, at: 1)
        statement.bind(Int64(limit), at: 2)
        if let upper = range.upper { statement.bind(blob: upper, at: 3) }
        try statement.run()
        return connection.changesCount
    }

    func deleteEntriesAndEntities(index: Int64, in range: ByteRange, limit: Int) throws -> Int {
        guard let last = try entry(limit - 1, index: index, in: range) else { return 0 }
        let rows = "index_id = ?1 AND value >= ?2 AND (value, entity) <= (?3, ?4)"
        for sql in [
            "DELETE FROM entity WHERE key IN (SELECT entity FROM entry WHERE \(rows))",
            "DELETE FROM entry WHERE \(rows)",
        ] {
            let statement = try prepare(sql)
            statement.bind(index, at: 1)
            statement.bind(blob: range.lower, at: 2)
            statement.bind(blob: last.value, at: 3)
            statement.bind(blob: last.entity, at: 4)
            try statement.run()
        }
        return connection.changesCount
    }

    /// The entry at a place within a range, or the range's last one where there are not so many.
    private func entry(
        _ offset: Int, index: Int64, in range: ByteRange
    ) throws -> (value: [UInt8], entity: [UInt8])? {
        let source =
            "SELECT value, entity FROM entry WHERE index_id = ?1 AND value >= ?2"
            + (range.upper == nil ? "" : " AND value < ?4")
        let ascending = try prepare("\(source) ORDER BY value, entity LIMIT 1 OFFSET ?3")
        if let found = try firstEntry(ascending, index, range, offset) { return found }
        return try firstEntry(
            prepare("\(source) ORDER BY value DESC, entity DESC LIMIT 1 OFFSET ?3"), index, range, 0)
    }

    private func firstEntry(
        _ statement: RawStatement, _ index: Int64, _ range: ByteRange, _ offset: Int
    ) throws -> (value: [UInt8], entity: [UInt8])? {
        statement.bind(index, at: 1)
        statement.bind(blob: range.lower, at: 2)
        statement.bind(Int64(offset), at: 3)
        if let upper = range.upper { statement.bind(blob: upper, at: 4) }
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return (statement.bytes(0), statement.bytes(1))
    }

    func deleteEntries(index: Int64, limit: Int) throws -> Int {
        guard let last = try entry(limit - 1, index: index, in: ByteRange(lower: [], upper: nil)) else { return 0 }
        let statement = try prepare("DELETE FROM entry WHERE index_id = ?1 AND (value, entity) <= (?2, ?3)")
        statement.bind(index, at: 1)
        statement.bind(blob: last.value, at: 2)
        statement.bind(blob: last.entity, at: 3)
        try statement.run()
        return connection.changesCount
    }

    func setRegister(_ name: String, _ value: [UInt8]?) throws {
        guard let value else {
            let statement = try prepare("DELETE FROM register WHERE name = ?")
            statement.bind(text: name, at: 1)
            return try statement.run()
        }
        let statement = try prepare("INSERT OR REPLACE INTO register VALUES (?, ?)")
        statement.bind(text: name, at: 1)
        statement.bind(blob: value, at: 2)
        try statement.run()
    }
}
