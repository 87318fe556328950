public import CoreMetrics
import Glibc
public import Logging

extension DatabaseFile {
    /// Renames a broken file to `PATH.broken-TIME`, and its `-wal` and `-shm` with it, so that somebody may still look
    /// into them; returns the new path.
    ///
    /// The file must not be open. Throws a ``DatabaseOpenError`` where the rename fails.
    public static func setAside(_ path: String) throws(DatabaseOpenError) -> String {
        let target = unusedName(for: path)
        guard rename(path, target) == 0 else {
            throw DatabaseOpenError(
                code: .permissionDenied,
                message: "\(path) is broken and cannot be renamed to \(target): \(systemMessage(errno)). Move it away")
        }
        // Without its file a log is worse than none: SQLite would play it into the new one.
        for suffix in ["-wal", "-shm"] where access(path + suffix, F_OK) == 0 {
            if rename(path + suffix, target + suffix) != 0 { unlink(path + suffix) }
        }
        return target
    }

    /// Opens a file that is disposable: a broken one is set aside and a new one begun, which is told as a warning.
    ///
    /// The second result is where the broken file went.
    public static func openOrSetAside(
        _ configuration: DatabaseConfiguration, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) throws(DatabaseOpenError) -> (file: DatabaseFile, setAside: String?) {
        do {
            return (try open(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError), nil)
        } catch {
            guard error.isFileBroken else { throw error }
            let target = try setAside(configuration.path)
            logger.warning(
                "the database is broken: set it aside and began a new one",
                metadata: [
                    "database": "\(configuration.name)", "set_aside": "\(target)", "error": "\(error.description)",
                ])
            return (try open(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError), target)
        }
    }

    /// Opens a disposable file again after `error` stopped it: one that is damaged is set aside and a new one begun.
    ///
    /// The old object must be closed. The second result is where the broken file went.
    public static func reopen(
        _ configuration: DatabaseConfiguration, after error: any Error, metrics: any MetricsFactory, logger: Logger,
        onFatalError: @escaping @Sendable (any Error) -> Void
    ) throws(DatabaseOpenError) -> (file: DatabaseFile, setAside: String?) {
        var target: String?
        // Damage in the middle of a file does not show when it is opened: it would stop the file again at once.
        if error.isDamageOfDatabase { target = try setAside(configuration.path) }
        let opened = try openOrSetAside(configuration, metrics: metrics, logger: logger, onFatalError: onFatalError)
        return (opened.file, target ?? opened.setAside)
    }

    private static func unusedName(for path: String) -> String {
        var now = time(nil)
        var parts = tm()
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        strftime(&buffer, buffer.count, "%Y%m%dT%H%M%SZ", &parts)
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let name = "\(path).broken-\(String(decoding: bytes, as: UTF8.self))"
        var candidate = name
        var number = 2
        while access(candidate, F_OK) == 0 {
            candidate = "\(name)-\(number)"
            number += 1
        }
        return candidate
    }
}
