import Logging
import RequestLog

extension RequestLog {
    /// A logger for the service groups of tests.
    var quietLogger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
