import Database
import Hosting
import Settings

/// Why the daemon did not start: a message for the operator that says what to do, and the cause.
public struct StartError: Error, Sendable, CustomStringConvertible {
    /// What stood in the way, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// The settings are wrong.
        case settings
        /// The data directory is in use or cannot be used.
        case dataDirectory
        /// A database file cannot be used.
        case database
        /// The signing keys' files cannot be used.
        case keys
        /// What the first start creates could not be created.
        case firstStart
        /// A listener could not be opened.
        case listener
    }

    /// What stood in the way.
    public let code: Code
    /// What is wrong and what to do about it.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}

/// How `trivetd` ends. systemd's unit and the operator's scripts rely on these numbers.
public enum DaemonExit: Int32, Sendable {
    /// Stopped as asked.
    case stopped = 0
    /// The start was refused: trying again without a change gives the same.
    case startRefused = 1
    /// Wrong arguments.
    case usage = 2
    /// Failed while running: a new process may do better.
    case failed = 70
}
