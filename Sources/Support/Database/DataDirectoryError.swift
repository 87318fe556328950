/// Why the data directory could not be taken.
public struct DataDirectoryError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, stable for callers that decide by it.
    public enum Code: String, Sendable {
        /// Another process has the directory.
        case inUse
        /// The directory or its lock file cannot be made or written.
        case permissionDenied
        /// The path is something else than a directory, or the disk refused.
        case unusable
    }

    /// What is wrong.
    public let code: Code
    /// What is wrong, with the path, and what to do about it.
    public let message: String
    /// The process that holds the lock, where it is known.
    public let holder: Int32?

    init(code: Code, message: String, holder: Int32? = nil) {
        self.code = code
        self.message = message
        self.holder = holder
    }

    /// The message.
    public var description: String { message }
}
