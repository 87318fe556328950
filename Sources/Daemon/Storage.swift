import CoreMetrics
import Database
import Logging
import RequestLog
import SQLiteEngine
import Settings

/// The data directory and its two files, held open for the life of the daemon.
struct Storage: Sendable {
    let directory: DataDirectory
    let state: DatabaseFile
    let telemetry: DatabaseFile

    /// Takes the directory's lock and opens both files.
    ///
    /// State that cannot be opened stops the start. A broken telemetry file is set aside under a new name: it holds
    /// nothing that the daemon needs.
    static func open(
        _ settings: Settings, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) throws(StartError) -> Storage {
        let directory: DataDirectory
        do { directory = try DataDirectory(path: settings.dataDirectory) } catch {
            throw StartError(.dataDirectory, error.message, cause: error)
        }
        let state: DatabaseFile
        do {
            state = try DatabaseFile.open(
                SQLiteEngine.configuration(path: directory.path(of: "state.db")), metrics: metrics, logger: logger,
                onFatalError: onFatalError)
        } catch {
            directory.release()
            throw StartError(.database, advice(for: error), cause: error)
        }
        do {
            let path = directory.path(of: "telemetry.db")
            return Storage(
                directory: directory, state: state,
                telemetry: try openTelemetry(path, metrics: metrics, logger: logger, onFatalError: onFatalError))
        } catch {
            directory.release()
            throw StartError(.database, error.message, cause: error)
        }
    }

    private static func advice(for error: DatabaseOpenError) -> String {
        guard error.isFileBroken else { return error.message }
        return """
            \(error.message)
            It holds everything that the services stored, so it is left as it is: restore state.db from a backup, or \
            move it (with state.db-wal and state.db-shm) out of the data directory to start with an empty one.
            """
    }

    private static func openTelemetry(
        _ path: String, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) throws(DatabaseOpenError) -> DatabaseFile {
        let configuration = RequestLog.configuration(path: path)
        do {
            return try DatabaseFile.open(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError)
        } catch where error.isFileBroken {
            let aside: String
            do { aside = try DatabaseFile.setAside(path) } catch let failure { 
                throw DatabaseOpenError(
                    code: .inputOutput, message: "\(error.message) It could not be set aside either.", cause: failure)
            }
            logger.warning(
                "telemetry.db was broken and is set aside; request records and metric history start anew",
                metadata: ["reason": "\(error.message)", "aside": "\(aside)"])
            return try DatabaseFile.open(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError)
        }
    }

    /// Folds the write-ahead logs into the files, marks the stop as clean and gives the directory back.
    func close(logger: Logger) async {
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
