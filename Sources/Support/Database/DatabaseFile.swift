public import CoreMetrics
import Dispatch
public import GRDB
import Glibc
public import Logging
import Synchronization

/// An open database file: one connection that writes and checkpoints, several that read.
///
/// One process opens a file, and in it one object of this type: see ``DataDirectory`` and `Writer` for the rule and
/// its reason.
public final class DatabaseFile: Sendable {
    private enum Closing {
        case open
        case closing([CheckedContinuation<Void, any Error>])
        case closed(Result<Void, any Error>)
    }

    /// The configuration that the file was opened with.
    public let configuration: DatabaseConfiguration
    /// Whether the last process that had the file did not close it: a crash, a kill, a power cut.
    public let openedAfterUncleanStop: Bool

    private let writer: Writer
    private let readers: ReaderPool
    private let walIndexBlocks: WALIndexBlocks?
    private let logger: Logger
    private let metrics: DatabaseMetrics
    private let closing = Mutex(Closing.open)
    private let integrity: Mutex<DatabaseStatistics.Integrity>
    private let check = Mutex<IntegrityCheck?>(nil)

    /// Opens the file, creating it where it is not there, and brings its schema to the newest version. Blocks.
    ///
    /// - Parameters:
    ///   - configuration: which file, and how.
    ///   - metrics: takes the metrics `trivet_database_…`.
    ///   - logger: hears of failed checkpoints and of damage.
    ///   - onFatalError: called once, on a background thread, when the disk or the file failed: from then on every
    ///     write is refused, and nothing that was not acknowledged may be taken for kept.
    public static func open(
        _ configuration: DatabaseConfiguration, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) throws(DatabaseOpenError) -> DatabaseFile {
        let opened = try DatabaseOpening(configuration: configuration).run()
        let file = DatabaseFile(
            configuration, opened, DatabaseMetrics(factory: metrics, database: configuration.name), logger,
            onFatalError)
        if opened.afterUncleanStop, configuration.checksAfterUncleanStop { file.beginCheck() }
        return file
    }

    private init(
        _ configuration: DatabaseConfiguration, _ opened: DatabaseOpening.Opened, _ metrics: DatabaseMetrics,
        _ logger: Logger, _ onFatalError: @escaping @Sendable (any Error) -> Void
    ) {
        var logger = logger
        logger[metadataKey: "database"] = "\(configuration.name)"
        self.configuration = configuration
        self.logger = logger
        self.metrics = metrics
        walIndexBlocks = opened.walIndexBlocks
        openedAfterUncleanStop = opened.afterUncleanStop
        integrity = Mutex(.notChecked)
        let afterCheckpoint: @Sendable (Result<CheckpointResult, any Error>) -> Void = { [logger, metrics] result in
            metrics.file(bytes: fileSize(configuration.path))
            if case .failure(let error) = result {
                logger.warning("a checkpoint failed and will be tried again", metadata: ["error": "\(error)"])
            }
        }
        writer = Writer(
            queue: opened.writer, configuration: configuration, metrics: metrics,
            onFatalError: { [logger] error in
                logger.critical("the database failed and takes no more writes", metadata: ["error": "\(error)"])
                onFatalError(error)
            }, afterCheckpoint: afterCheckpoint)
        let isDamageKnown = Atomic(false)
        readers = ReaderPool(readers: opened.readers) { [logger] error in
            if !isDamageKnown.exchange(true, ordering: .relaxed) {
                logger.critical("the database cannot be read whole", metadata: ["error": "\(error)"])
            }
        }
        metrics.file(bytes: fileSize(configuration.path))
        metrics.committed(walBytes: 0)
        metrics.waiting(0)
    }

    /// Runs `body` on a read-only connection, in a transaction that sees one state of the file, off the caller's
    /// thread. Rows in great number belong in pages: a long read keeps the write-ahead log from being emptied.
    public func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws -> T {
        try await readers.read(body)
    }

    /// Runs `body` on the writer, together with others in one transaction, and returns after its commit.
    ///
    /// The closure must be repeatable: when an error ended the whole transaction, it is run once more alone. It must
    /// not begin or end transactions; savepoints are fine. What it throws takes back its own work only. It is dropped
    /// when its task is cancelled before it began, and completes when it had begun.
    ///
    /// Throws what `body` throws, a ``DatabaseFailure``, or the `DatabaseError` that kept the commit back.
    ///
    /// - Parameter claim: what the write is for, which counts when the disk is nearly full.
    public func write<T: Sendable>(
        claim: DiskClaim = .ordinary, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try await writer.write(claim, body)
    }

    /// Moves the write-ahead log into the database file and empties it, between two batches. A reader that takes
    /// longer than a quarter of a second leaves it incomplete, which the result says.
    public func checkpoint() async throws -> CheckpointResult {
        try await inBackground { [self] in
            let result = try writer.last { database, log in
                if let refusal = writer.refusal { throw refusal }
                return try writer.withReserve { try log.truncate(database, busyTimeout: configuration.busyTimeout) }
            }
            metrics.file(bytes: fileSize(configuration.path))
            return result
        }
    }

    /// Finishes the writes and reads that wait, checkpoints, marks the stop as clean and closes all connections.
    ///
    /// Later accesses fail with ``DatabaseFailure/Code/closed``. A second call waits for the first and does nothing.
    public func close() async throws {
        try await withCheckedThrowingContinuation { continuation in
            let mustClose = closing.withLock { closing in
                switch closing {
                case .open:
                    closing = .closing([continuation])
                    return true
                case .closing(let others):
                    closing = .closing(others + [continuation])
                case .closed(let result):
                    continuation.resume(with: result)
                }
                return false
            }
            if mustClose { DispatchQueue.global().async { [self] in finish(Result { try closeConnections() }) } }
        }
    }

    /// How the file stands.
    public var statistics: DatabaseStatistics {
        let counts = writer.counts
        let refusal = writer.refusal
        return DatabaseStatistics(
            commits: counts.commits, writes: counts.writes, queueLength: writer.queueLength,
            walBytes: counts.walBytes, fileBytes: fileSize(configuration.path), integrity: integrity.withLock { $0 },
            failure: refusal?.code == .failed ? refusal?.description : nil)
    }

    private func closeConnections() throws {
        writer.refuse(DatabaseFailure(code: .closed, message: "the database is closed"))
        check.withLock { $0 }?.cancel()
        defer { walIndexBlocks?.close() }
        if writer.refusal?.code == .failed { return try closeFailed() }
        // The readers first, so that no snapshot of theirs holds the checkpoint up.
        try readers.close()
        let result = Result {
            try writer.last { database, log in
                try writer.withReserve {
                    try StopMarker(database: database).end()
                    _ = try log.truncate(database, busyTimeout: configuration.busyTimeout)
                }
            }
        }
        try writer.closeConnection()
        try result.get()
    }

    /// The last connection that closes checkpoints by itself, and a file that failed must not be written any more: so
    /// the last are the readers, which cannot.
    private func closeFailed() throws {
        let result = Result { try writer.closeConnection() }
        try readers.close()
        try result.get()
    }

    private func finish(_ result: Result<Void, any Error>) {
        let waiting = closing.withLock { closing in
            defer { closing = .closed(result) }
            if case .closing(let waiting) = closing { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume(with: result) }
    }

    private func inBackground<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }

    private func beginCheck() {
        logger.warning("the last stop was not clean: checking the whole file in the background")
        do {
            let check = try IntegrityCheck(path: configuration.path)
            self.check.withLock { $0 = check }
            integrity.withLock { $0 = .checking }
            check.begin { [weak self] result in self?.checked(result) }
        } catch {
            checked(.unknown("\(error)"))
        }
    }

    private func checked(_ result: DatabaseStatistics.Integrity) {
        integrity.withLock { $0 = result }
        check.withLock { $0 = nil }
        switch result {
        case .sound: logger.info("the file is whole")
        case .damaged(let findings):
            logger.critical(
                "the file is damaged: stop the daemon and restore a backup",
                metadata: ["findings": "\(findings.joined(separator: "; "))"])
        case .unknown(let reason):
            logger.warning("the file could not be checked", metadata: ["reason": "\(reason)"])
        case .notChecked, .checking: break
        }
    }
}

/// Bytes of the file at `path`; 0 where there is none.
private func fileSize(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
