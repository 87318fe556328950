/// Why the audit log does not answer.
public struct AuditError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// The page token is none that this log gave.
        case invalidPageToken
    }

    /// What is wrong.
    public let code: Code
    /// What is wrong and what to do.
    public let message: String

    /// The message.
    public var description: String { message }
}
