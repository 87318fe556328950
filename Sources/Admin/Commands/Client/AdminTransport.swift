/// A way to the daemon.
public protocol AdminTransport: Sendable {
    /// Sends a request and takes the whole answer.
    ///
    /// - Throws: `CommandError` with `unreachable` when nobody answers.
    func send(_ request: AdminRequest) async throws(CommandError) -> AdminResponse

    /// Sends a request and takes the answer as it comes.
    func stream(_ request: AdminRequest) async throws(CommandError) -> AdminStream
}

/// A request to the daemon.
public struct AdminRequest: Sendable, Hashable {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
    public let method: String
    /// Path and query, percent-encoded.
    public let target: String
    /// A JSON text, or what the headers say; nil sends no body.
    public let body: [UInt8]?
    /// Headers by name. Without a `Content-Type` a body is JSON.
    public let headers: [String: String]

    /// Creates a request.
    public init(method: String, target: String, body: [UInt8]? = nil, headers: [String: String] = [:]) {
        self.method = method
        self.target = target
        self.body = body
        self.headers = headers
    }
}

/// A whole answer of the daemon.
public struct AdminResponse: Sendable, Hashable {
    /// The HTTP status.
    public let status: Int
    /// The body's bytes.
    public let body: [UInt8]
    /// The headers by name, in small letters.
    public let headers: [String: String]

    /// Creates an answer.
    public init(status: Int, body: [UInt8], headers: [String: String] = [:]) {
        self.status = status
        self.body = body
        self.headers = headers
    }
}

/// An answer of the daemon that comes in pieces.
public struct AdminStream: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The next piece of the body, nil at its end; for one reader.
    public let next: @Sendable () async throws(CommandError) -> [UInt8]?

    /// Creates a stream.
    public init(status: Int, next: @escaping @Sendable () async throws(CommandError) -> [UInt8]?) {
        self.status = status
        self.next = next
    }
}
