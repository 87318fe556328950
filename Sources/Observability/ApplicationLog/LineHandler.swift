import Logging
import Settings

/// Makes a line of each event and hands it on.
struct LineHandler: LogHandler {
    private let label: String
    private let control: LogControl
    private let now: @Sendable () -> LogTime
    /// Whether lines begin with their priority, as the journal reads it.
    private let marksPriority: Bool
    private let write: @Sendable ([UInt8]) -> Void
    /// A level that somebody gave this one logger.
    private var ownLevel: Logger.Level?

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(
        label: String, control: LogControl, marksPriority: Bool = false, now: @escaping @Sendable () -> LogTime,
        write: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.label = label
        self.control = control
        self.marksPriority = marksPriority
        self.now = now
        self.write = write
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? control.loggerLevel }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { $1 } }
        if let given = event.metadata { all.merge(given) { $1 } }
        if let id = LogContext.requestID, all["requestId"] == nil { all["requestId"] = "\(id)" }
        if let error = event.error, all["error"] == nil { all["error"] = "\(error)" }
        let line = LogLine(time: now(), level: event.level, label: label, message: "\(event.message)", metadata: all)
        let bytes =
            switch control.format {
            case .text: line.text
            case .json: line.json
            }
        write(marksPriority ? JournalStream.prefix(event.level) + bytes : bytes)
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
