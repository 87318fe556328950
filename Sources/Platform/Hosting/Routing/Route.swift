public import HTTPTypes

/// One method on one path of a service, and what answers it.
public struct Route: Sendable {
    /// What answers a request; an error that is not an `HTTPProblem` becomes a plain 500.
    public typealias Handler = @Sendable (HostedRequest) async throws -> HostedResponse

    /// How a route takes a request's body.
    public enum BodyDelivery: Sendable, Hashable {
        /// Whole, within `limits.body`, before the handler is asked.
        case whole
        /// As it comes and of any size: the handler is asked when the head is there, and a slow one slows the client.
        case stream
    }

    /// The method. A GET route answers HEAD too.
    public let method: HTTPRequest.Method
    /// The path as declared; it is the route's label in metrics and records.
    public let path: String
    /// How the body is taken.
    public let body: BodyDelivery
    /// What answers.
    public let handler: Handler

    /// Declares a route.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - path: literal segments, `{name}` for one segment, `{name}:verb` for one segment with a verb behind it, and
    ///     as the last one `{name+}` for all the rest (one segment or more).
    ///   - body: how the body is taken.
    ///   - handler: what answers. It runs on the connection's event loop: it must not block.
    public init(
        _ method: HTTPRequest.Method, _ path: String, body: BodyDelivery = .whole, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.body = body
        self.handler = handler
    }
}
