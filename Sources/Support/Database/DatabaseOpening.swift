import GRDB
import GRDBSQLite
import Glibc

/// The steps from a path to an open writer and its readers.
struct DatabaseOpening {
    let configuration: DatabaseConfiguration

    struct Opened {
        let writer: DatabaseQueue
        let readers: [DatabaseQueue]
        let walIndexBlocks: WALIndexBlocks?
        let afterUncleanStop: Bool
    }

    func run() throws(DatabaseOpenError) -> Opened {
        while true {
            let failure: DatabaseOpenError
            do {
                return try steps()
            } catch let error as DatabaseOpenError {
                failure = error
            } catch {
                failure = translate(error)
            }
            // A daemon that starts on a full disk can still be read, and purge.
            guard failure.code == .diskFull, configuration.disk?.release(for: .removal) ?? false else { throw failure }
        }
    }

    private func steps() throws -> Opened {
        let isNew = try inspectFile()
        let writer = try DatabaseQueue(path: configuration.path, configuration: connection(readOnly: false))
        var walIndexBlocks: WALIndexBlocks?
        do {
            let afterUncleanStop = try writer.writeWithoutTransaction { database in
                try checkIdentity(database)
                try prepare(database, isNew: isNew)
                walIndexBlocks = WALIndexBlocks(database: configuration.path)
                try walIndexBlocks?.allocate()
                try migrate(database)
                return try StopMarker(database: database).begin()
            }
            let readers = try (0..<max(1, configuration.readers)).map { _ in
                try DatabaseQueue(path: configuration.path, configuration: connection(readOnly: true))
            }
            return Opened(
                writer: writer, readers: readers, walIndexBlocks: walIndexBlocks, afterUncleanStop: afterUncleanStop)
        } catch {
            try? writer.close()
            walIndexBlocks?.close()
            throw error
        }
    }

    /// Looks at the file before SQLite does, which would take some other kinds of file for a damaged or a new
    /// database; returns whether there is none yet.
    private func inspectFile() throws(DatabaseOpenError) -> Bool {
        let path = configuration.path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return true }
            throw error(.permissionDenied, "\(path) cannot be read: \(systemMessage(errno)). Give it to this user")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw error(.notADatabase, "\(path) is not a regular file. Move it away")
        }
        if status.st_size == 0 { return true }
        var header = [UInt8](repeating: 0, count: 16)
        let count = header.withUnsafeMutableBytes { buffer in pread(descriptor, buffer.baseAddress, buffer.count, 0) }
        guard count == 16, header == Array("SQLite format 3\0".utf8) else {
            throw error(.notADatabase, "\(path) is not an SQLite database. \(whatToDo)")
        }
        return false
    }

    private func connection(readOnly: Bool) -> Configuration {
        var result = Configuration()
        result.label = "\(configuration.name).\(readOnly ? "reader" : "writer")"
        result.readonly = readOnly
        result.busyMode = .timeout(configuration.busyTimeout.inSeconds)
        let prepare = configuration.prepare
        result.prepareDatabase { database in
            try database.execute(
                sql: "PRAGMA temp_store = MEMORY; PRAGMA cache_size = \(readOnly ? -2_048 : -8_192)")
            try prepare?(database)
        }
        return result
    }

    private func checkIdentity(_ database: Database) throws {
        let path = configuration.path
        let id = try integer("PRAGMA application_id", database)
        let version = try integer("PRAGMA user_version", database)
        if id == 0, version == 0, try integer("SELECT count(*) FROM sqlite_schema", database) == 0 { return }
        guard id == Int64(configuration.applicationID) else {
            let found = String(id, radix: 16)
            throw error(
                .wrongApplication,
                "\(path) is a database of something else (application_id 0x\(found)). Move it away, or set data_dir")
        }
        let newest = SchemaMigrator(configuration: configuration).newestVersion
        guard version <= Int64(newest) else {
            throw error(
                .newerSchema,
                "\(path) has schema \(version), and this version of Trivet knows schemas up to \(newest). "
                    + "Install the newer version again, or restore a backup from before it")
        }
    }

    /// Brings the connection to its settings and reads back those that a promise hangs on.
    private func prepare(_ database: Database, isNew: Bool) throws {
        // Only an empty file takes it, and only before it is in WAL mode.
        if isNew, configuration.incrementalVacuum { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        // Not by GRDB's configuration: its set-up of WAL mode ends with `synchronous = NORMAL`.
        let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL")
        guard mode == "wal" else {
            throw error(
                .settingRefused, "\(configuration.path): SQLite refused WAL mode (it said \(mode ?? "nothing"))")
        }
        let wanted = configuration.synchronous.rawValue
        try database.execute(
            sql: """
                PRAGMA synchronous = \(wanted);
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA journal_size_limit = \(WriteAheadLog.restartPages * WriteAheadLog.pageBytes);
                PRAGMA secure_delete = \(configuration.overwritesDeleted ? "FAST" : "OFF")
                """)
        let actual = try integer("PRAGMA synchronous", database)
        guard actual == wanted else {
            throw error(
                .settingRefused,
                "\(configuration.path): synchronous is \(actual) and not \(wanted), so that commits would not be safe")
        }
    }

    private func migrate(_ database: Database) throws {
        let migrator = SchemaMigrator(configuration: configuration)
        guard migrator.isInOrder else {
            throw error(.migrationFailed, "\(configuration.name): the migrations are not numbered 1, 2, 3, …")
        }
        // Before the first step: a file that was cut off between its first table and its id would never open again.
        try database.execute(sql: "PRAGMA application_id = \(configuration.applicationID)")
        let version = try integer("PRAGMA user_version", database)
        for migration in migrator.missing(from: Int32(clamping: version)) {
            do {
                try migrator.run(migration, on: database)
            } catch {
                if translate(error).code != .inputOutput { throw error }
                throw DatabaseOpenError(
                    code: .migrationFailed,
                    message: "\(configuration.path): migration \(migration.number) (\(migration.name)) failed; "
                        + "the file is as it was before it",
                    cause: error)
            }
        }
    }

    private func integer(_ sql: String, _ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: sql) ?? 0
    }

    private var whatToDo: String {
        "Restore it from a backup, or move it and its -wal away to begin with an empty one"
    }

    private func error(_ code: DatabaseOpenError.Code, _ message: String) -> DatabaseOpenError {
        DatabaseOpenError(code: code, message: message)
    }

    private func translate(_ cause: any Error) -> DatabaseOpenError {
        let path = configuration.path
        let (code, message): (DatabaseOpenError.Code, String) =
            switch (cause as? DatabaseError)?.resultCode {
            case .SQLITE_NOTADB?: (.notADatabase, "\(path) is not an SQLite database. \(whatToDo)")
            case .SQLITE_CORRUPT?: (.corrupt, "\(path) is damaged. \(whatToDo)")
            case .SQLITE_CANTOPEN?, .SQLITE_PERM?, .SQLITE_READONLY?, .SQLITE_AUTH?:
                (.permissionDenied, "\(path) cannot be opened for writing. Give it and its folder to this user")
            case .SQLITE_BUSY?, .SQLITE_LOCKED?:
                (.inUse, "\(path) is locked by another process. Stop that one (a shell of sqlite3, a backup?)")
            case _ where cause.isDiskFullForDatabase: (.diskFull, "no space is left for \(path). Free some")
            default: (.inputOutput, "\(path) could not be opened. Look at the disk and the kernel's log")
            }
        return DatabaseOpenError(code: code, message: message, cause: cause)
    }
}

/// What the system calls the error `code`.
func systemMessage(_ code: Int32) -> String {
    String(cString: strerror(code))
}
