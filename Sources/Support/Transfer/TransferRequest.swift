/// An HTTP request to send: what to ask, of whom, and the limits within which the answer has to come.
public struct TransferRequest: Sendable {
    /// Where to connect instead of to the host and port of the URL.
    public struct Address: Sendable, Hashable {
        /// A name or an IP address (IPv6 without brackets).
        public var host: String
        /// The TCP port.
        public var port: Int

        /// A host and a port.
        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// The method, any HTTP token: `GET`, `POST`, …
    public var method: String
    /// An absolute `http://` or `https://` URL, percent-encoded where needed; control bytes and spaces are refused.
    public var url: String
    /// Headers in the order in which they are sent. `Content-Length` and `Transfer-Encoding` are the client's own.
    public var headers: [TransferHeader]
    /// The body, any bytes. `POST`, `PUT` and `PATCH` send a length even when it is empty.
    public var body: [UInt8]
    /// A unix socket to connect to in place of the URL's host (at most 107 bytes).
    public var unixSocketPath: String?
    /// Where to connect for a `host:port` of the URL; the `Host` header and TLS checks keep the URL's name.
    public var connectTo: [String: Address]
    /// The time for the whole transfer, from the call to the last byte; nil for no limit (a stream without end).
    public var timeout: Duration?
    /// The time to resolve and connect, TLS included.
    public var connectTimeout: Duration
    /// The most bytes of body that are taken; beyond, the transfer fails with `tooLarge`. `.max` for no limit.
    public var maximumResponseBytes: Int
    /// Whether redirects are followed, ten at most, to `http` and `https` only.
    public var followRedirects: Bool
    /// Whether `http_proxy` and its kin in the environment are obeyed. Off: our own addresses need no proxy.
    public var useProxy: Bool
    /// Whether an idle connection may carry the request. libcurl sends a request again, once, when a reused connection
    /// turns out to be dead: turn this off where a request must go out at most once.
    public var reuseConnection: Bool
    /// A PEM file of the authorities to trust in place of the system's.
    public var caCertificatesFile: String?
    /// What the metrics call the server, where the caller has a better name for it than the URL's host.
    public var peerName: String?
    /// An interim status (1xx) that is taken for the answer, with an empty body; else all of them are passed over.
    public var finalInterimStatus: Int?

    /// A request with the defaults: `GET`, 30 s in all, 10 s to connect, 16 MiB of answer.
    public init(
        method: String = "GET", url: String, headers: [TransferHeader] = [], body: [UInt8] = [],
        unixSocketPath: String? = nil, connectTo: [String: Address] = [:], timeout: Duration? = .seconds(30),
        connectTimeout: Duration = .seconds(10), maximumResponseBytes: Int = 16 * 1024 * 1024,
        followRedirects: Bool = false, useProxy: Bool = false, reuseConnection: Bool = true,
        caCertificatesFile: String? = nil, peerName: String? = nil, finalInterimStatus: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.unixSocketPath = unixSocketPath
        self.connectTo = connectTo
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.maximumResponseBytes = maximumResponseBytes
        self.followRedirects = followRedirects
        self.useProxy = useProxy
        self.reuseConnection = reuseConnection
        self.caCertificatesFile = caCertificatesFile
        self.peerName = peerName
        self.finalInterimStatus = finalInterimStatus
    }
}
