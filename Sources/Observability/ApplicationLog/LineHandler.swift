import Logging
import Settings

/// Makes a line of each event and hands it on.
struct LineHandler: LogHandler {
    private let label: String
    private let format: LogFormat
    private let now: @Sendable () -> LogTime
    private let write: @Sendable ([UInt8]) -> Void

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level

    init(
        label: String, level: LogLevel, format: LogFormat, now: @escaping @Sendable () -> LogTime,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        self.format = format
        self.now = now
        self.write = write
        logLevel = Logger.Level(level)
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        let line = LogLine(time: now(), level: event.level, label: label, message: "\(event.message)", metadata: all)
        switch format {
        case .text: write(line.text)
        case .json: write(line.json)
        }
    }
}

extension Logger.Level {
    /// swift-log's level of the settings' level.
    init(_ level: LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
