import Database
import GRDB

/// Deletes old segments and gives their pages back to the disk, one small step a transaction.
struct Retention: Sendable {
    /// Pages that one step gives back at most: 4 MiB.
    static let pagesAStep = 1_000

    /// Microseconds since 1970: segments whose newest record is older go.
    let cutoff: Int64
    /// Bytes that the file may have.
    let maxSize: Int
    /// Whether the disk is so nearly full that the file does not grow: then the oldest segment makes room for what comes.
    var diskIsLow = false

    /// Pages that are to be free in a file that does not grow: a few seconds of records.
    static let pagesForReuse = 256

    /// What a step did.
    enum Step: Sendable, Equatable {
        case deletedSegment(Int64)
        case shrank
        case nothingToDo
    }

    /// The most pressing step that there is.
    func step(_ database: Database) throws -> Step {
        let expired = try Int64.fetchOne(
            database,
            sql: "SELECT first_id FROM request_segment WHERE last_time < ? ORDER BY first_id LIMIT 1",
            arguments: [cutoff])
        if let expired { return try delete(segment: expired, database) }
        let pageSize = try pragma("page_size", database)
        let pages = try pragma("page_count", database)
        let free = try pragma("freelist_count", database)
        if pages * pageSize > maxSize {
            if free > 0, try shrink(database, from: pages) { return .shrank }
            let oldest = try Int64.fetchOne(database, sql: "SELECT min(first_id) FROM request_segment")
            if let oldest { return try delete(segment: oldest, database) }
        } else if diskIsLow, free < min(Retention.pagesForReuse, pages / 4) {
            // Never the only one: what is gone at once makes room for nothing else.
            let oldest = try Int64.fetchOne(
                database,
                sql: """
                    SELECT first_id FROM request_segment WHERE first_id < (SELECT max(first_id) FROM request_segment)
                    ORDER BY first_id LIMIT 1
                    """)
            if let oldest { return try delete(segment: oldest, database) }
        } else if free > max(256, pages / 20), try shrink(database, from: pages) {
            return .shrank
        }
        return .nothingToDo
    }

    private func delete(segment first: Int64, _ database: Database) throws -> Step {
        try database.execute(
            sql: """
                DELETE FROM request_record WHERE id BETWEEN :first AND
                    (SELECT last_id FROM request_segment WHERE first_id = :first);
                DELETE FROM request_gap WHERE first_id <=
                    (SELECT last_id FROM request_segment WHERE first_id = :first);
                """, arguments: ["first": first])
        for table in ["request_shape", "request_text"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE segment = ?", arguments: [first])
        }
        try database.execute(sql: "DELETE FROM request_segment WHERE first_id = ?", arguments: [first])
        // The last run stays whatever its age: the next one's number follows from it.
        try database.execute(
            sql: """
                DELETE FROM request_boot WHERE number < (SELECT max(number) FROM request_boot)
                    AND number < ? >> \(InsertID.sequenceBits) AND started < ?
                """, arguments: [first, cutoff])
        return .deletedSegment(first)
    }

    /// Gives free pages at the file's end back; false where the file was made without this ability.
    private func shrink(_ database: Database, from pages: Int) throws -> Bool {
        try RawStatement(database, "PRAGMA incremental_vacuum(\(Retention.pagesAStep))").run()
        return try pragma("page_count", database) < pages
    }

    private func pragma(_ name: String, _ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA \(name)") ?? 0
    }
}
