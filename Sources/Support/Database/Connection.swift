import GRDB
import GRDBSQLite

/// What the rooms' own machinery does on a connection below GRDB: transactions and savepoints from cached statements.
///
/// GRDB's own `inTransaction` and `inSavepoint` compile their SQL each time and keep books for observers, which nobody
/// here has; at thousands of savepoints a second that is most of the writer's time.
struct Connection {
    let database: Database

    /// Whether a transaction is open. An error such as a full disk ends it behind the closure's back.
    var isInTransaction: Bool {
        sqlite3_get_autocommit(database.sqliteConnection) == 0
    }

    func run(_ sql: String) throws {
        try RawStatement(database, sql).run()
    }

    /// Ends what is open, whatever state it is in.
    func rollback() {
        finishStatements()
        if isInTransaction { try? run("ROLLBACK") }
    }

    /// Resets statements that a closure left in the middle: one of them would keep its snapshot, and so the whole
    /// write-ahead log, alive after the transaction's end.
    func finishStatements() {
        var statement = sqlite3_next_stmt(database.sqliteConnection, nil)
        while let current = statement {
            if sqlite3_stmt_busy(current) != 0 { sqlite3_reset(current) }
            statement = sqlite3_next_stmt(database.sqliteConnection, current)
        }
    }

    /// Runs `body` in a transaction that only reads.
    func reading<T>(_ body: (Database) throws -> T) throws -> T {
        try run("BEGIN")
        defer { rollback() }
        return try body(database)
    }
}

extension DatabaseError {
    /// Whether the disk has no room. So it says, too, when the log's index, a mapped file, cannot be made longer.
    var isDiskFull: Bool {
        resultCode == .SQLITE_FULL || extendedResultCode == .SQLITE_IOERR_SHMSIZE
    }

    /// Whether the disk or the file itself failed: nothing more is to be written by this process.
    var isFatal: Bool {
        switch resultCode {
        case .SQLITE_IOERR: extendedResultCode != .SQLITE_IOERR_NOMEM && !isDiskFull
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: true
        default: false
        }
    }
}

extension Error {
    /// Whether the disk or the file itself failed, so that nothing more is to be written by this process.
    var isFatalForDatabase: Bool {
        (self as? DatabaseError)?.isFatal ?? false
    }

    /// Whether the disk has no room.
    var isDiskFullForDatabase: Bool {
        (self as? DatabaseError)?.isDiskFull ?? false
    }

    /// Whether the file's content is damaged, directly or as the cause of a refusal.
    var isDamageOfDatabase: Bool {
        if let failure = self as? DatabaseFailure { return failure.cause?.isDamageOfDatabase ?? false }
        let code = (self as? DatabaseError)?.resultCode
        return code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
    }
}
