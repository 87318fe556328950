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
        /// The disk is so nearly full that only writes go on which make room.
        case diskFull
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

    /// Whether an access failed because the disk is full: refused before, or by the disk itself.
    public static func isDiskFull(_ error: any Error) -> Bool {
        if let failure = error as? DatabaseFailure { return failure.code == .diskFull }
        return error.isDiskFullForDatabase
    }

    /// The message, and the cause where there is one.
    public var description: String {
        if let cause { "\(message) (\(cause))" } else { message }
    }
}
