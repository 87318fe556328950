import GRDB

/// Brings a file's schema to the newest version, step by step, each in a transaction of its own.
///
/// `PRAGMA user_version` is the schema's version; the table `schema_migrations` says when each step was done.
struct SchemaMigrator {
    let configuration: DatabaseConfiguration

    /// The version that the file has after all steps.
    var newestVersion: Int32 { configuration.migrations.last?.number ?? 0 }

    /// Whether the steps are numbered from 1 without holes.
    var isInOrder: Bool {
        configuration.migrations.enumerated().allSatisfy { Int($0.element.number) == $0.offset + 1 }
    }

    /// The steps that a file of `version` lacks.
    func missing(from version: Int32) -> ArraySlice<Migration> {
        configuration.migrations.dropFirst(Int(version))
    }

    func run(_ migration: Migration, on database: Database) throws {
        let connection = Connection(database: database)
        try connection.run("BEGIN IMMEDIATE")
        do {
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS schema_migrations (
                        number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)
                    """)
            try migration.body(database)
            try database.execute(
                sql: "INSERT INTO schema_migrations VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
                arguments: [migration.number, migration.name])
            try database.execute(sql: "PRAGMA user_version = \(migration.number)")
            connection.finishStatements()
            try connection.run("COMMIT")
        } catch {
            connection.rollback()
            throw error
        }
    }
}
