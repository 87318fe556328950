/// What is kept of one request.
public struct RequestRecord: Sendable, Hashable {
    /// When the request arrived, in microseconds since 1970.
    public var timestamp: Int64
    /// How serious its end was.
    public var severity: Severity
    /// The service that it was for, such as `hello-world-service`.
    public var service: String
    /// The request's method.
    public var method: String
    /// The request's URL as far as it was sent: a path with a query, or a whole URL.
    public var url: String
    /// Bytes of the request's body.
    public var requestSize: Int
    /// The answer's status.
    public var status: Int
    /// Bytes of the answer's body.
    public var responseSize: Int
    /// The header User-Agent.
    public var userAgent: String?
    /// The address of the other end, without the port.
    public var remoteIP: String?
    /// The header Referer.
    public var referer: String?
    /// From the request's head to the end of the answer; kept in whole microseconds.
    public var latency: Duration
    /// The protocol, such as `HTTP/1.1`.
    public var `protocol`: String
    /// The trace id.
    public var trace: String?
    /// The span id.
    public var spanID: String?
    /// The route's pattern, such as `/api/v1/hello`, or `_other`.
    public var route: String
    /// Who asked, where it is known.
    public var principal: String?
    /// The request's id.
    public var requestID: String
    /// What went wrong, in words that are not in the answer.
    public var error: String?

    /// A record; the severity follows from the status unless it is given.
    public init(
        timestamp: Int64, severity: Severity? = nil, service: String, method: String, url: String,
        requestSize: Int = 0, status: Int, responseSize: Int = 0, userAgent: String? = nil, remoteIP: String? = nil,
        referer: String? = nil, latency: Duration, protocol: String = "HTTP/1.1", trace: String? = nil,
        spanID: String? = nil, route: String, principal: String? = nil, requestID: String, error: String? = nil
    ) {
        self.timestamp = timestamp
        self.severity = severity ?? Severity(status: status)
        self.service = service
        self.method = method
        self.url = url
        self.requestSize = requestSize
        self.status = status
        self.responseSize = responseSize
        self.userAgent = userAgent
        self.remoteIP = remoteIP
        self.referer = referer
        self.latency = latency
        self.protocol = `protocol`
        self.trace = trace
        self.spanID = spanID
        self.route = route
        self.principal = principal
        self.requestID = requestID
        self.error = error
    }
}
