public import HTTPTypes

/// One method on one path of a service, and what answers it.
public struct Route: Sendable {
    /// What answers a request; an error that is not an `HTTPProblem` becomes a plain 500.
    public typealias Handler = @Sendable (HostedRequest) async throws -> HostedResponse

    /// The method. A GET route answers HEAD too.
    public let method: HTTPRequest.Method
    /// The path as declared; it is the route's label in metrics and records.
    public let path: String
    /// What answers.
    public let handler: Handler

    /// Declares a route.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - path: literal segments, `{name}` for one segment, `{name}:verb` for one segment with a verb behind it, and
    ///     as the last one `{name+}` for all the rest (one segment or more).
    ///   - handler: what answers. It runs on the connection's event loop: it must not block.
    public init(_ method: HTTPRequest.Method, _ path: String, _ handler: @escaping Handler) {
        self.method = method
        self.path = path
        self.handler = handler
    }
}
