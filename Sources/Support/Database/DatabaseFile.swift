public import CoreMetrics
public import GRDB
public import Logging

/// An open database file: one writer, several readers.
public final class DatabaseFile: Sendable {
    /// The configuration that the file was opened with.
    public let configuration: DatabaseConfiguration
    /// Whether the last process that had the file did not close it (a crash, a kill, a power cut).
    public let openedAfterUncleanStop: Bool

    /// Opens the file, creating it where it is not there.
    public static func open(
        _ configuration: DatabaseConfiguration, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) throws(DatabaseOpenError) -> DatabaseFile {
        fatalError("to come")
    }

    init(configuration: DatabaseConfiguration, openedAfterUncleanStop: Bool) {
        self.configuration = configuration
        self.openedAfterUncleanStop = openedAfterUncleanStop
    }

    /// Runs `body` on a read-only connection, in a transaction that sees one state of the file.
    public func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        fatalError("to come")
    }

    /// Runs `body` on the writer, together with others in one transaction, and returns after its commit.
    ///
    /// The closure must be repeatable: when an error ended the whole transaction, it is run once more alone. It must
    /// not begin or end transactions (savepoints are fine).
    public func write<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        fatalError("to come")
    }

    /// Moves the write-ahead log into the database file and empties it.
    public func checkpoint() async throws -> CheckpointResult {
        fatalError("to come")
    }

    /// Finishes what was begun, checkpoints, marks the stop as clean and closes all connections.
    public func close() async throws {
        fatalError("to come")
    }

    /// How the file stands.
    public var statistics: DatabaseStatistics {
        fatalError("to come")
    }

    /// Renames a broken file, and what stands beside it, to `PATH.broken-TIME`; returns the new path.
    public static func setAside(_ path: String) throws -> String {
        fatalError("to come")
    }
}
