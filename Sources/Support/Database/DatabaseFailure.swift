/// Why a read or write was not done, where the reason is not the closure's own error.
public struct DatabaseFailure: Error, Sendable, CustomStringConvertible {
    /// What happened, stable for callers that decide by it.
    public enum Code: String, Sendable {
        /// The file was closed, or is being closed.
        case closed
        /// The file failed before (an I/O error or damage) and takes no more writes in this process.
        case failed
        /// The transaction could not be begun or committed; nothing of the closure is in the file.
        case notCommitted
    }

    /// What happened.
    public let code: Code
    /// What happened, in words.
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
