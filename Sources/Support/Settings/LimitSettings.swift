/// What a client may ask of the listeners, `limits` in the file.
public struct LimitSettings: Sendable, Hashable {
    /// The largest request body in bytes.
    public var body: Int
    /// The largest request head in bytes: request line and headers together.
    public var header: Int
    /// How long a client may take to send a request's head.
    public var headerTimeout: Duration
    /// How long a client may pause while it sends a body.
    public var bodyTimeout: Duration
    /// How long a connection may wait for its next request.
    public var idleTimeout: Duration
    /// How many connections may be open at once, over all listeners.
    public var connections: Int

    /// The limits; without arguments, the defaults.
    public init(
        body: Int = 1 << 20, header: Int = 16 << 10, headerTimeout: Duration = .seconds(10),
        bodyTimeout: Duration = .seconds(60), idleTimeout: Duration = .seconds(75), connections: Int = 10_000
    ) {
        self.body = body
        self.header = header
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.connections = connections
    }
}
