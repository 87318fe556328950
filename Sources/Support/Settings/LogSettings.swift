/// The settings of the application log on standard error, `log` in the file.
public struct LogSettings: Sendable, Hashable {
    /// The least severe level that is written.
    public var level: LogLevel
    /// The form of a line.
    public var format: LogFormat

    /// The application log's settings; without arguments, the defaults.
    public init(level: LogLevel = .info, format: LogFormat = .text) {
        self.level = level
        self.format = format
    }
}
