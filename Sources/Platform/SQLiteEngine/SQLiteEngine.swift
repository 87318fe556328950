public import Database
public import Datastore
import GRDB

/// The embedded engine: the datastore's tables in one SQLite file.
///
/// All writes go through the file's one writer and its group commit; a write has returned when it is on the disk.
public final class SQLiteEngine: Engine {
    private let database: DatabaseFile

    /// Creates an engine on a file that was opened with `migrations`.
    public init(database: DatabaseFile) {
        self.database = database
    }

    /// Runs reads on one snapshot of the file.
    public func read<T: Sendable>(_ body: @escaping @Sendable (any EngineSnapshot) throws -> T) async throws -> T {
        do {
            return try await database.read { connection in try body(SQLiteTransaction(connection)) }
        } catch {
            throw Self.translate(error)
        }
    }

    /// Runs reads and writes as one atomic unit, and returns when they are on the disk.
    public func write<T: Sendable>(_ body: @escaping @Sendable (any EngineTransaction) throws -> T) async throws -> T {
        do {
            return try await database.write { connection in try body(SQLiteTransaction(connection)) }
        } catch {
            throw Self.translate(error)
        }
    }

    /// What SQLite says becomes the datastore's error; what the closure threw passes as it is.
    private static func translate(_ error: any Error) -> any Error {
        switch error {
        case let error as DatabaseError where error.resultCode.primaryResultCode == .SQLITE_FULL:
            DatastoreError(.resourceExhausted, "the disk is full: free some space", cause: error)
        case let error as DatabaseError:
            DatastoreError(.unavailable, "the database failed: \(error.message ?? "\(error.resultCode)")", cause: error)
        case let error as DatabaseFailure:
            DatastoreError(.unavailable, error.message, cause: error)
        default: error
        }
    }
}
