import CoreMetrics
import Database
import Foundation
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
    /// The room on the data directory's disk.
    let disk: DiskSpace
    /// The room on telemetry's disk: the same, unless `telemetry.db` is a symbolic link to another one.
    let telemetryDisk: DiskSpace
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
            return try await open(
                directory, settings.disk, metrics: metrics, logger: logger, onFatalError: onFatalError)
        } catch {
            directory.release()
            throw error
        }
    }

    private static func open(
        _ directory: DataDirectory, _ limits: DiskSettings, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) async throws(StartError) -> Storage {
        let disk = DiskSpace(directory: directory.path, limits: DiskLimits(limits))
        let telemetryPath = directory.path(of: "telemetry.db")
        let telemetryDisk = Self.disk(ofLink: telemetryPath, DiskLimits(limits)) ?? disk
        let state: DatabaseFile
        do {
            let configuration = DatabaseConfiguration(
                path: directory.path(of: "state.db"), applicationID: stateID, synchronous: .full,
                migrations: SQLiteEngine.migrations, name: "state", incrementalVacuum: true, disk: disk)
            state = try DatabaseFile.open(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError)
        } catch {
            throw StartError(.database, advice(for: error), cause: error)
        }
        let telemetry = DatabaseConfiguration(
            path: telemetryPath, applicationID: telemetryID, synchronous: .normal,
            migrations: RequestLog.migrations
                + MetricHistory.migrations(after: RequestLog.migrations.count), name: "telemetry",
            incrementalVacuum: true, overwritesDeleted: false, disk: telemetryDisk, whenDiskIsLow: .reuse,
            checksAfterUncleanStop: false)
        do {
            // A telemetry file that fails while it runs is the request log's own matter: the daemon goes on.
            let opened = try DatabaseFile.openOrSetAside(
                telemetry, metrics: metrics, logger: logger, onFatalError: { _ in })
            return Storage(
                directory: directory, state: state, telemetry: opened.file, disk: disk, telemetryDisk: telemetryDisk
            ) { error in
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

    /// The room for a file that is a symbolic link to another directory; nil for one that is not. Its reserve lies beside
    /// the file itself, named after it.
    private static func disk(ofLink path: String, _ limits: DiskLimits) -> DiskSpace? {
        // Not by the whole path: before the first start there is no file to which the link leads.
        guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return nil }
        let file = URL(filePath: target, relativeTo: URL(filePath: path).deletingLastPathComponent())
        return DiskSpace(
            directory: file.deletingLastPathComponent().path, limits: limits,
            reserveName: "\(file.lastPathComponent)-reserve")
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

extension DiskLimits {
    init(_ settings: DiskSettings) {
        self.init(reserve: settings.reserve, minFree: settings.minFree)
    }
}
