/// Why the log did not do what it was asked.
public struct RequestLogError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, stable for callers that decide by it.
    public enum Code: String, Sendable {
        /// The page token is none that this log gave.
        case invalidPageToken
        /// The log's file cannot be read or written now.
        case unavailable
        /// The log was closed.
        case closed
    }

    /// What is wrong.
    public let code: Code
    /// What is wrong, in words.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and the cause where there is one.
    public var description: String {
        if let cause { "\(message) (\(cause))" } else { message }
    }
}
