import GRDB
import GRDBSQLite

/// The writer's view of the write-ahead log: how long it is, and when to move it into the database.
///
/// SQLite's own automatic checkpoint would run inside COMMIT, so that whoever waits for that commit waits for the
/// checkpoint too. Ours runs between two batches, after the first has been acknowledged, on the writer's connection:
/// no other connection of this file ever checkpoints. (SQLite before 3.51.3 can corrupt a file when two connections
/// write or checkpoint at once, the WAL-reset bug; distributions still ship older ones.)
///
/// Used on the writer's thread only.
final class WriteAheadLog {
    /// Pages after which a passive checkpoint runs: 4 MiB, few enough that it takes some milliseconds, for which all
    /// writes wait. With four times as many, stores beside a purge waited five times as long as without one (p99).
    static let checkpointPages = 1_000
    /// Pages after which a checkpoint waits for readers, since readers that overlap without end would otherwise keep
    /// the log from starting anew: 64 MiB.
    static let restartPages = 16_000
    /// Pages after which a checkpoint runs while the disk is nearly full.
    static let lowDiskPages = 256
    static let pageBytes = 4_096 + 24

    /// Pages in the log, as SQLite told after the last commit.
    private(set) var pages = 0
    private var nextCheckpoint = WriteAheadLog.checkpointPages

    var bytes: Int { pages * WriteAheadLog.pageBytes }

    /// Has SQLite tell the log's length after each commit. The object must outlive the connection.
    func observe(_ database: Database) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                if let context {
                    Unmanaged<WriteAheadLog>.fromOpaque(context).takeUnretainedValue().committed(pages: Int(pages))
                }
                return SQLITE_OK
            }, context)
    }

    private func committed(pages: Int) {
        // Fewer pages than before: the log was checkpointed whole and has started anew.
        if pages < self.pages { nextCheckpoint = WriteAheadLog.checkpointPages }
        self.pages = pages
    }

    /// Checkpoints if it is time to; nil if not.
    ///
    /// - Parameter disk: where little is free the log stays short: what is in it may have to be written a second time,
    ///   into the database, before it makes room.
    func checkpointIfDue(
        _ database: Database, busyTimeout: Duration, disk: DiskStatus?
    ) throws -> CheckpointResult? {
        guard pages >= min(nextCheckpoint, WriteAheadLog.pages(for: disk)) else { return nil }
        nextCheckpoint = pages + WriteAheadLog.checkpointPages
        guard pages >= WriteAheadLog.restartPages else {
            return try checkpoint(database, mode: SQLITE_CHECKPOINT_PASSIVE)
        }
        // Readers are short: those that run now end soon, and later ones do not use the log once it is moved.
        return try waitingBriefly(database, busyTimeout) { try checkpoint(database, mode: SQLITE_CHECKPOINT_RESTART) }
    }

    /// Pages of the log after which it takes too much of the room that is left.
    private static func pages(for disk: DiskStatus?) -> Int {
        guard let disk else { return .max }
        return disk.isLow ? lowDiskPages : max(lowDiskPages, disk.available / 8 / pageBytes)
    }

    /// Moves the whole log and empties its file, if readers let it within a quarter of a second.
    func truncate(_ database: Database, busyTimeout: Duration) throws -> CheckpointResult {
        let result = try waitingBriefly(database, busyTimeout) {
            try checkpoint(database, mode: SQLITE_CHECKPOINT_TRUNCATE)
        }
        if result.isComplete { committed(pages: 0) }
        return result
    }

    /// The writer does not wait for slow readers as long as for other processes: all writes wait with it.
    private func waitingBriefly<T>(
        _ database: Database, _ busyTimeout: Duration, _ body: () throws -> T
    ) rethrows -> T {
        sqlite3_busy_timeout(database.sqliteConnection, 250)
        defer { sqlite3_busy_timeout(database.sqliteConnection, busyTimeout.wholeMilliseconds) }
        return try body()
    }

    private func checkpoint(_ database: Database, mode: Int32) throws -> CheckpointResult {
        var inLog: Int32 = 0
        var moved: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, mode, &inLog, &moved)
        guard code == SQLITE_OK || code == SQLITE_BUSY else {
            let message = sqlite3_errmsg(database.sqliteConnection).map(String.init(cString:))
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection)),
                message: message, sql: "checkpoint")
        }
        return CheckpointResult(
            walPages: max(0, Int(inLog)), checkpointedPages: max(0, Int(moved)),
            isComplete: code == SQLITE_OK && inLog <= moved)
    }
}

extension Duration {
    /// Whole milliseconds, for C.
    var wholeMilliseconds: Int32 {
        Int32(
            clamping: components.seconds.multipliedReportingOverflow(by: 1_000).partialValue
                + components.attoseconds / 1_000_000_000_000_000)
    }

    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
