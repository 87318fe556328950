public import Database

extension SQLiteEngine {
    /// The steps of the schema, in order. Files out there have run them: add to the list, never edit it.
    ///
    /// Both tables are WITHOUT ROWID: the key is the tree's own order, so that storing an entity writes one tree and
    /// not a table and its index. Properties are TEXT, whose JSON escapes NUL, for whoever looks with `sqlite3`.
    public static let migrations: [Migration] = [
        Migration(
            1, "entities, entries and register",
            """
            CREATE TABLE entity (
                key BLOB NOT NULL PRIMARY KEY,
                version INTEGER NOT NULL,
                create_time INTEGER NOT NULL,
                update_time INTEGER NOT NULL,
                properties TEXT NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE entry (
                index_id INTEGER NOT NULL,
                value BLOB NOT NULL,
                entity BLOB NOT NULL,
                PRIMARY KEY (index_id, value, entity)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE register (
                name TEXT NOT NULL PRIMARY KEY,
                value BLOB NOT NULL
            ) STRICT, WITHOUT ROWID;
            """)
    ]
}
