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
        try await write(for: .storing, body)
    }

    /// The same; on a disk that is nearly full what stores is refused, and what removes may use the reserve.
    public func write<T: Sendable>(
        for purpose: WritePurpose, _ body: @escaping @Sendable (any EngineTransaction) throws -> T
    ) async throws -> T {
        do {
            return try await database.write(claim: Self.claim(purpose)) { connection in
                try body(SQLiteTransaction(connection))
            }
        } catch {
            throw Self.translate(error)
        }
    }

    private static func claim(_ purpose: WritePurpose) -> DiskClaim {
        switch purpose {
        case .storing: .ordinary
        case .essential: .essential
        case .removing: .removal
        }
    }

    /// What SQLite says becomes the datastore's error; what the closure threw passes as it is.
    private static func translate(_ error: any Error) -> any Error {
        switch error {
        case _ where DatabaseFailure.isDiskFull(error):
            DatastoreError(
                .diskFull, "the disk is full, and nothing is stored until there is room: free some space, or purge",
                cause: error)
        case let error as DatabaseError:
            DatastoreError(.unavailable, "the database failed: \(error.message ?? "\(error.resultCode)")", cause: error)
        case let error as DatabaseFailure:
            DatastoreError(.unavailable, error.message, cause: error)
        default: error
        }
    }
}
