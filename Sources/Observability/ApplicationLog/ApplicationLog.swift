public import Logging
public import Settings

/// The application log: what the daemon itself has to say, on standard error.
public enum ApplicationLog {
    /// A swift-log handler that writes a line for each event to standard error.
    ///
    /// Control characters and line feeds in messages, labels and metadata are escaped, so that what a client sent
    /// cannot forge a line.
    /// - Parameters:
    ///   - label: the logger's name, as the line shows it.
    ///   - level: the least severe level that is written.
    ///   - format: `text`: `2026-11-22T10:08:56.123Z info  trivetd: message key=value`; `json`: an object with `time`,
    ///     `level`, `logger`, `message` and, if there is any, `metadata`.
    public static func handler(label: String, level: LogLevel, format: LogFormat) -> any LogHandler {
        LineHandler(label: label, level: level, format: format, now: LogTime.now, write: StandardError.write)
    }
}
