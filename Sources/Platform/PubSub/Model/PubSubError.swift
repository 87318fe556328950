/// What Pub/Sub refuses, and why.
public struct PubSubError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, stable for programs; the meanings are those of google.rpc.Code.
    public enum Code: String, Sendable, Hashable {
        /// A name, a message or a property cannot be as it is.
        case invalidArgument
        /// There is no topic or subscription of that name.
        case notFound
        /// There is a topic or subscription of that name already.
        case alreadyExists
        /// The state does not allow it: a push subscription is not pulled, a detached one has no messages.
        case failedPrecondition
        /// A bound is reached.
        case resourceExhausted
        /// Somebody else's change came between: try again.
        case aborted
        /// Pub/Sub stops.
        case unavailable
    }

    /// What went wrong, stable for programs.
    public let code: Code
    /// A sentence for a person that says what to do.
    public let message: String
    /// The property that cannot be as it is, such as `pushConfig.pushEndpoint`, where it is one.
    public let field: String?

    /// An error.
    public init(_ code: Code, _ message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    /// The message.
    public var description: String { message }

    static func invalid(_ message: String, field: String? = nil) -> PubSubError {
        PubSubError(.invalidArgument, message, field: field)
    }

    static func missing(_ what: ResourceName.Collection, _ id: String) -> PubSubError {
        PubSubError(.notFound, "there is no \(what.noun) \(id.debugDescription)")
    }
}
