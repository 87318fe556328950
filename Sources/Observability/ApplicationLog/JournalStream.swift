import Glibc
import Logging

/// The journal's end of standard error: systemd reads a line's priority off its beginning, `<6>` for information
/// (sd-daemon(3)), so that `journalctl -p warning` finds what is one.
enum JournalStream {
    /// Whether a descriptor leads straight to the journal: `JOURNAL_STREAM` names the device and the inode that systemd
    /// has given to a service's output; one that was redirected since has others.
    static func leads(_ descriptor: Int32, named stream: String?) -> Bool {
        var status = stat()
        guard let stream, fstat(descriptor, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }

    /// Whether standard error led there when the daemon started.
    static let isStandardError = leads(STDERR_FILENO, named: getenv("JOURNAL_STREAM").map { String(cString: $0) })

    /// What stands before a line: syslog's number of its level.
    static func prefix(_ level: Logger.Level) -> [UInt8] {
        let priority =
            switch level {
            case .trace, .debug: 7
            case .info: 6
            case .notice: 5
            case .warning: 4
            case .error: 3
            case .critical: 2
            }
        return Array("<\(priority)>".utf8)
    }
}
