import Dispatch
import GRDB

/// A check of the whole file, on a read-only connection of its own and in the background: it takes half a second a
/// million rows, and the write-ahead log cannot start anew while it runs.
struct IntegrityCheck: Sendable {
    let connection: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "integrity"
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Begins the check; `done` hears of its end on a background thread.
    func begin(_ done: @escaping @Sendable (DatabaseStatistics.Integrity) -> Void) {
        DispatchQueue.global(qos: .utility).async {
            done(run())
            try? connection.close()
        }
    }

    func cancel() {
        connection.interrupt()
    }

    private func run() -> DatabaseStatistics.Integrity {
        do {
            let findings = try connection.read { database in
                try String.fetchAll(database, sql: "PRAGMA quick_check(10)")
            }
            return findings == ["ok"] ? .sound : .damaged(findings)
        } catch let error as DatabaseError where error.isFatal && error.resultCode != .SQLITE_IOERR {
            return .damaged(["\(error)"])
        } catch {
            return .unknown("\(error)")
        }
    }
}
