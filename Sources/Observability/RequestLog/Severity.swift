/// How serious a request's end was, in Cloud Logging's words.
public enum Severity: String, Sendable, Hashable, CaseIterable, Codable {
    /// The request was answered well, or sent elsewhere.
    case info = "INFO"
    /// The request was at fault: a status of 400 to 499.
    case warning = "WARNING"
    /// The service was at fault: a status of 500 or more.
    case error = "ERROR"

    /// The severity of an answer with `status`.
    public init(status: Int) {
        switch status {
        case 500...: self = .error
        case 400..<500: self = .warning
        default: self = .info
        }
    }
}
