import CoreMetrics
import Database
import Logging
import MetricHistory
import RequestLog
import SQLiteEngine
import Settings

/// The data directory and its two files.
struct Storage: Sendable {
    let directory: DataDirectory
    let state: DatabaseFile
    let telemetry: DatabaseFile
    /// How the request log gets a working file when its own failed.
    let reopenTelemetry: RequestLog.Reopen

    /// Marks a file as Trivet's: "TRVS" and "TRVT" in SQLite's header.
    private static let stateID: Int32 = 0x5452_5653
    private static let telemetryID: Int32 = 0x5452_5654

    /// Takes the directory's lock and opens both files.
    ///
    /// State that cannot be opened stops the start. A broken telemetry file is set aside under a new name: it holds
    /// nothing that the daemon needs.
    ///
    /// - Parameter onFatalError: called when state can no longer be written: this process must end.
    static func open(
        _ settings: Settings, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) async throws(StartError) -> Storage {
        let directory: DataDirectory
        do { directory = try DataDirectory(path: settings.dataDirectory) } catch {
            throw StartError(.dataDirectory, error.message, cause: error)
        }
        do {
            return try await open(directory, metrics: metrics, logger: logger, onFatalError: onFatalError)
        } catch {
            directory.release()
            throw error
        }
    }

    private static func open(
        _ directory: DataDirectory, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) async throws(StartError) -> Storage {
        let state: DatabaseFile
        do {
            let configuration = DatabaseConfiguration(
                path: directory.path(of: "state.db"), applicationID: stateID, synchronous: .full,
                migrations: SQLiteEngine.migrations, name: "state", incrementalVacuum: true)
            state = try DatabaseFile.open(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError)
        } catch {
            throw StartError(.database, advice(for: error), cause: error)
        }
        let telemetry = DatabaseConfiguration(
            path: directory.path(of: "telemetry.db"), applicationID: telemetryID, synchronous: .normal,
            migrations: RequestLog.migrations
                + MetricHistory.migrations(after: RequestLog.migrations.count), name: "telemetry",
            incrementalVacuum: true, overwritesDeleted: false,
            checksAfterUncleanStop: false)
        do {
            // A telemetry file that fails while it runs is the request log's own matter: the daemon goes on.
            let opened = try DatabaseFile.openOrSetAside(
                telemetry, metrics: metrics, logger: logger, onFatalError: { _ in })
            return Storage(directory: directory, state: state, telemetry: opened.file) { error in
                try DatabaseFile.reopen(
                    telemetry, after: error, metrics: metrics, logger: logger, onFatalError: { _ in }
                ).file
            }
        } catch {
            // A clean end, or the next start would look for damage.
            try? await state.close()
            throw StartError(.database, error.description, cause: error)
        }
    }

    /// What to do about a state.db that is damaged.
    static let stateAdvice = """
        state.db holds everything that the services stored, so it is left as it is: if it is damaged, restore it from \
        a backup, or move it (with state.db-wal and state.db-shm) out of the data directory to start with an empty one.
        """

    private static func advice(for error: DatabaseOpenError) -> String {
        error.isFileBroken ? "\(error.description)\n\(stateAdvice)" : error.description
    }

    /// Folds the write-ahead logs into the files, marks the stop as clean and gives the directory back.
    ///
    /// - Parameter telemetry: the file that the request log used last.
    func close(telemetry: DatabaseFile, logger: Logger) async {
        for file in [telemetry, state] {
            do { try await file.close() } catch {
                logger.error(
                    "a database file did not close cleanly",
                    metadata: ["database": "\(file.configuration.name)", "error": "\(error)"])
            }
        }
        directory.release()
    }
}
