public import Logging

/// The application log: what the daemon itself has to say, on standard error.
public enum ApplicationLog {
    /// A swift-log handler that writes a line for each event to standard error.
    ///
    /// Control characters and line feeds in messages, labels and metadata are escaped, so that what a client sent
    /// cannot forge a line. Where standard error is the journal, each line begins with its priority, which the journal
    /// takes off.
    /// - Parameters:
    ///   - label: the logger's name, as the line shows it.
    ///   - control: the level and the form, looked up at each event. The form is `text`:
    ///     `2026-11-22T10:08:56.123Z info  trivetd: message key=value`; or `json`: an object with `time`, `level`,
    ///     `logger`, `message` and, if there is any, `metadata`.
    public static func handler(label: String, control: LogControl) -> any LogHandler {
        LineHandler(
            label: label, control: control, marksPriority: JournalStream.isStandardError, now: LogTime.now,
            write: StandardError.write)
    }

    /// Writes text as it is to standard error, for what is said outside of the log: why a start is refused, where
    /// things are. Where that is the journal, each line has the level's priority.
    public static func say(_ text: String, as level: Logger.Level) {
        let prefix = JournalStream.isStandardError ? JournalStream.prefix(level) : []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            StandardError.write(prefix + Array(line.utf8) + [UInt8(ascii: "\n")])
        }
    }
}
