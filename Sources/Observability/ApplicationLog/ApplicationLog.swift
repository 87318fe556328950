public import Logging

/// The application log: what the daemon itself has to say, on standard error.
public enum ApplicationLog {
    /// A swift-log handler that writes a line for each event to standard error.
    ///
    /// Control characters and line feeds in messages, labels and metadata are escaped, so that what a client sent
    /// cannot forge a line.
    /// - Parameters:
    ///   - label: the logger's name, as the line shows it.
    ///   - control: the level and the form, looked up at each event. The form is `text`:
    ///     `2026-11-22T10:08:56.123Z info  trivetd: message key=value`; or `json`: an object with `time`, `level`,
    ///     `logger`, `message` and, if there is any, `metadata`.
    public static func handler(label: String, control: LogControl) -> any LogHandler {
        LineHandler(label: label, control: control, now: LogTime.now, write: StandardError.write)
    }
}
