import Database
import GRDB

/// The history's tables in one file. Its methods run inside the file's transactions.
struct HistoryStore: Sendable {
    /// What a chunk takes in the file, rather more than less: its row, and the room that stays free in pages, of which
    /// histograms' long rows leave most. `make bench` holds this against the pages of a year.
    static func cost(of bytes: Int) -> Int { bytes + bytes / 3 + 24 }

    /// Tiers by their steps, in microseconds.
    private(set) var tiers: [Int64: Int64] = [:]
    /// The ids of series in the file, by their numbers in the book.
    private(set) var ids: [Int: Int64] = [:]

    /// One group of chunks: the same span of time for all series.
    struct Group: Sendable {
        let tier: Int64
        let chunk: ChunkID
        let bytes: Int
    }

    /// All the series that the file has, with when they were last seen.
    static func series(_ database: Database) throws -> [(id: Int64, key: SeriesKey, seen: Int64)] {
        let statement = try RawStatement(
            database, "SELECT id, kind, name, labels, bounds, seen FROM metric_series ORDER BY id")
        var series: [(Int64, SeriesKey, Int64)] = []
        while try statement.step() {
            guard let kind = MetricKind(rawValue: statement.text(1)), let bounds = bounds(statement.bytes(4)) else {
                continue
            }
            let key = SeriesKey(kind: kind, name: statement.text(2), labels: statement.bytes(3), bounds: bounds)
            series.append((statement.integer(0), key, statement.integer(5)))
        }
        return series
    }

    /// Notes that a series of the book has this id.
    mutating func note(_ id: Int64, of series: Int) {
        ids[series] = id
    }

    /// Forgets the ids of series.
    mutating func forget(_ series: [Int]) {
        for number in series { ids[number] = nil }
    }

    /// Gives the tiers their numbers.
    mutating func register(steps: [Int64], _ database: Database) throws {
        for step in steps {
            try database.execute(sql: "INSERT OR IGNORE INTO metric_tier (step) VALUES (?)", arguments: [step])
        }
        for row in try Row.fetchAll(database, sql: "SELECT step, number FROM metric_tier") { tiers[row[0]] = row[1] }
    }

    /// Gives series ids, and notes when they were seen.
    mutating func register(_ series: [(number: Int, key: SeriesKey, seen: Int64)], _ database: Database) throws {
        for (number, key, seen) in series {
            let statement = try RawStatement(
                database,
                """
                INSERT INTO metric_series (kind, name, labels, bounds, seen) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (name, labels, kind, bounds) DO UPDATE SET seen = max(seen, excluded.seen) RETURNING id
                """)
            statement.bind(text: key.kind.rawValue, at: 1)
            statement.bind(text: key.name, at: 2)
            statement.bind(blob: key.labels, at: 3)
            statement.bind(blob: HistoryStore.bytes(key.bounds), at: 4)
            statement.bind(seen, at: 5)
            if try statement.step() { ids[number] = statement.integer(0) }
            statement.reset()
        }
    }

    /// The row of a chunk of a series; nil where the file does not know one of them.
    func row(_ chunk: ChunkID, _ series: Int) -> Int64? {
        guard let tier = tiers[chunk.step], let id = ids[series], tier < 32, id < 1 << 24,
            (0..<(1 << 34)).contains(chunk.number)
        else { return nil }
        return HistoryStore.row(tier, chunk.number, id)
    }

    private static func row(_ tier: Int64, _ chunk: Int64, _ series: Int64) -> Int64 {
        (tier << 58) | (chunk << 24) | series
    }

    /// The data of chunks, by their rows.
    static func read(_ rows: [Int64], _ database: Database) throws -> [Int64: [UInt8]] {
        var found: [Int64: [UInt8]] = [:]
        let statement = try RawStatement(database, "SELECT data FROM metric_chunk WHERE id = ?")
        for row in rows {
            statement.bind(row, at: 1)
            if try statement.step() { found[row] = statement.bytes(0) }
            statement.reset()
        }
        return found
    }

    /// Writes chunks and keeps count of what they take.
    ///
    /// - Parameter grown: bytes by which each chunk of all series grew.
    func write(_ chunks: [(row: Int64, data: [UInt8])], grown: [ChunkID: Int], _ database: Database) throws {
        let statement = try RawStatement(
            database,
            "INSERT INTO metric_chunk (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data")
        for (row, data) in chunks {
            statement.bind(row, at: 1)
            statement.bind(blob: data, at: 2)
            try statement.run()
        }
        for (chunk, bytes) in grown {
            guard let tier = tiers[chunk.step] else { continue }
            try database.execute(
                sql: """
                    INSERT INTO metric_group (tier, chunk, bytes) VALUES (?, ?, ?)
                    ON CONFLICT (tier, chunk) DO UPDATE SET bytes = bytes + excluded.bytes
                    """, arguments: [tier, chunk.number, bytes])
        }
    }

    /// All groups of chunks, the one that ended first in front.
    static func groups(_ database: Database) throws -> [Group] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT tier, step, chunk, bytes FROM metric_group JOIN metric_tier ON number = tier")
        return rows.map { Group(tier: $0[0], chunk: ChunkID(step: $0[1], number: $0[2]), bytes: $0[3]) }
            .sorted { $0.chunk.end < $1.chunk.end }
    }

    /// Deletes the chunks of all series of one span.
    static func delete(_ group: Group, _ database: Database) throws {
        let first = row(group.tier, group.chunk.number, 0)
        try database.execute(
            sql: "DELETE FROM metric_chunk WHERE id BETWEEN ? AND ?", arguments: [first, first | 0xFF_FFFF])
        try database.execute(
            sql: "DELETE FROM metric_group WHERE tier = ? AND chunk = ?",
            arguments: [group.tier, group.chunk.number])
    }

    /// Deletes series with all their chunks: else a later series with the same id would show what is not its own.
    static func delete(series: [Int64], _ database: Database) throws {
        for group in try groups(database) {
            var freed = 0
            for id in series {
                let arguments: StatementArguments = [row(group.tier, group.chunk.number, id)]
                let bytes = try Int.fetchOne(
                    database, sql: "SELECT length(data) FROM metric_chunk WHERE id = ?", arguments: arguments)
                guard let bytes else { continue }
                try database.execute(sql: "DELETE FROM metric_chunk WHERE id = ?", arguments: arguments)
                freed += cost(of: bytes)
            }
            guard freed > 0 else { continue }
            try database.execute(
                sql: "UPDATE metric_group SET bytes = max(0, bytes - ?) WHERE tier = ? AND chunk = ?",
                arguments: [freed, group.tier, group.chunk.number])
        }
        for id in series { try database.execute(sql: "DELETE FROM metric_series WHERE id = ?", arguments: [id]) }
    }

    // MARK: Bounds: eight bytes each, the least significant first

    private static func bytes(_ bounds: [Double]) -> [UInt8] {
        bounds.flatMap { bound in (0..<8).map { UInt8(truncatingIfNeeded: bound.bitPattern >> UInt64(8 * $0)) } }
    }

    private static func bounds(_ bytes: [UInt8]) -> [Double]? {
        guard bytes.count % 8 == 0, bytes.count <= 8_192 else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            Double(
                bitPattern: bytes[start..<start + 8].reversed().reduce(UInt64(0)) { ($0 << 8) | UInt64($1) })
        }
    }
}
