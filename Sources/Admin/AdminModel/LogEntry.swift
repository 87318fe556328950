/// One request record in Cloud Logging's field names.
public struct LogEntry: Codable, Sendable, Hashable {
    /// Who served it.
    public struct Resource: Codable, Sendable, Hashable {
        /// The service's name.
        public let service: String

        /// Creates a resource.
        public init(service: String) {
            self.service = service
        }
    }

    /// The request and its answer.
    public struct HTTPRequest: Codable, Sendable, Hashable {
        /// The method, e.g. `GET`.
        public let requestMethod: String
        /// The URL as asked for.
        public let requestUrl: String
        /// Bytes of the request.
        public let requestSize: Int
        /// The answer's HTTP status.
        public let status: Int
        /// Bytes of the answer.
        public let responseSize: Int
        /// The header of that name.
        public let userAgent: String?
        /// The client's address; nil on a unix socket.
        public let remoteIp: String?
        /// The header of that name.
        public let referer: String?
        /// Seconds with an `s` behind, e.g. `0.000125s`.
        public let latency: String
        /// E.g. `HTTP/1.1`.
        public let `protocol`: String

        /// Creates a request's description.
        public init(
            requestMethod: String, requestUrl: String, requestSize: Int, status: Int, responseSize: Int,
            userAgent: String?, remoteIp: String?, referer: String?, latency: String, protocol: String
        ) {
            self.requestMethod = requestMethod
            self.requestUrl = requestUrl
            self.requestSize = requestSize
            self.status = status
            self.responseSize = responseSize
            self.userAgent = userAgent
            self.remoteIp = remoteIp
            self.referer = referer
            self.latency = latency
            self.protocol = `protocol`
        }
    }

    /// What Trivet knows besides.
    public struct Labels: Codable, Sendable, Hashable {
        /// The route that matched, or `_other`.
        public let route: String
        /// Who asked, when that is known.
        public let principal: String?
        /// The request's id.
        public let requestId: String
        /// Why it failed, in words that the answer may not have shown.
        public let error: String?

        /// Creates labels.
        public init(route: String, principal: String?, requestId: String, error: String?) {
            self.route = route
            self.principal = principal
            self.requestId = requestId
            self.error = error
        }
    }

    /// When the request came, RFC 3339 with microseconds.
    public let timestamp: String
    /// Boot number and sequence: unique, and sorts as time.
    public let insertId: String
    /// `INFO`, `WARNING` or `ERROR`.
    public let severity: String
    /// Who served it.
    public let resource: Resource
    /// The request and its answer.
    public let httpRequest: HTTPRequest
    /// The trace id, 32 hexadecimal digits.
    public let trace: String?
    /// The caller's span id.
    public let spanId: String?
    /// What Trivet knows besides.
    public let labels: Labels

    /// Creates a record.
    public init(
        timestamp: String, insertId: String, severity: String, resource: Resource, httpRequest: HTTPRequest,
        trace: String?, spanId: String?, labels: Labels
    ) {
        self.timestamp = timestamp
        self.insertId = insertId
        self.severity = severity
        self.resource = resource
        self.httpRequest = httpRequest
        self.trace = trace
        self.spanId = spanId
        self.labels = labels
    }
}

/// The answer of `GET /admin/v1/logs`: one page, newest first.
public struct LogPage: Codable, Sendable, Hashable {
    /// The records.
    public let entries: [LogEntry]
    /// What to give as `pageToken` for the next page; nil when this is the last.
    public let nextPageToken: String?

    /// Creates a page.
    public init(entries: [LogEntry], nextPageToken: String?) {
        self.entries = entries
        self.nextPageToken = nextPageToken
    }
}
