public import Logging
public import Settings

/// The application log on standard error.
public enum ApplicationLog {
    /// A swift-log handler that writes to standard error.
    public static func handler(label: String, level: LogLevel, format: LogFormat) -> any LogHandler {
        fatalError("to come")
    }
}
