import GRDB

/// The row of a file that says whether whoever had it last closed it.
struct StopMarker {
    let database: Database

    /// Marks the file as open; returns whether the last stop was unclean.
    func begin() throws -> Bool {
        try database.execute(
            sql: "CREATE TABLE IF NOT EXISTS database_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID")
        let isOpen = try Bool.fetchOne(database, sql: "SELECT value FROM database_meta WHERE name = 'open'")
        try set(true)
        return isOpen ?? false
    }

    /// Marks the file as closed well.
    func end() throws {
        try set(false)
    }

    private func set(_ isOpen: Bool) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO database_meta (name, value) VALUES ('open', ?)", arguments: [isOpen])
    }
}
