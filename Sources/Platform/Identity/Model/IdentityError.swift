/// Why identities did not do what they were asked.
public struct IdentityError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, stable for programs.
    public enum Code: String, Sendable, Hashable {
        /// A name, member, role or policy cannot be as it is.
        case invalidArgument
        /// There is no such account, or no such thing to bind a role on.
        case notFound
        /// There is an account of that name already.
        case alreadyExists
        /// The policy was changed since it was read.
        case aborted
        /// The caller may not act for that account.
        case permissionDenied
        /// There is no signing key, and none can be made just now.
        case unavailable
        /// The key files cannot be used as they are.
        case brokenKeys
    }

    /// What went wrong.
    public let code: Code
    /// A sentence for a person that says what to do.
    public let message: String

    /// Creates an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }

    static func invalid(_ message: String) -> IdentityError { IdentityError(.invalidArgument, message) }
}
