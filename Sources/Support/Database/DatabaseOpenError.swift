/// Why a database file could not be opened.
public struct DatabaseOpenError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, stable for callers that decide by it.
    public enum Code: String, Sendable {
        /// The file is not an SQLite database.
        case notADatabase
        /// The file is a damaged SQLite database.
        case corrupt
        /// The file is a database, but of another application or purpose.
        case wrongApplication
        /// The file was written by a newer version of Trivet.
        case newerSchema
        /// The file or its folder cannot be read or written by this process.
        case permissionDenied
        /// Another process holds the file.
        case inUse
        /// No space is left on the disk.
        case diskFull
        /// SQLite could not be brought to the promised settings, such as `synchronous=FULL`.
        case settingRefused
        /// A step of the schema failed; the file is as it was before that step.
        case migrationFailed
        /// Reading, writing or opening failed otherwise.
        case inputOutput
    }

    /// What is wrong.
    public let code: Code
    /// What is wrong, with the path, and what to do about it.
    public let message: String
    /// The error underneath.
    public let cause: (any Error)?

    /// An error.
    public init(code: Code, message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the file itself is of no use, so that a disposable file may be set aside for a new one
    /// (``DatabaseFile/setAside(_:)``). An error of the disk, of permissions or of a newer schema is not the file's.
    public var isFileBroken: Bool {
        switch code {
        case .notADatabase, .corrupt, .wrongApplication: true
        case .newerSchema, .permissionDenied, .inUse, .diskFull, .settingRefused, .migrationFailed, .inputOutput: false
        }
    }

    /// The message, and the cause where there is one.
    public var description: String {
        if let cause { "\(message) (\(cause))" } else { message }
    }
}
