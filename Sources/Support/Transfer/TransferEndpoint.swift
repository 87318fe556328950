/// Where a URL leads in truth: the daemon knows its own services' addresses better than those who name them.
public struct TransferEndpoint: Sendable, Hashable {
    /// The URL to call.
    public var url: String
    /// The unix socket to call it over, where the service has no other address.
    public var unixSocketPath: String?
    /// The daemon's own service that it leads to: what metrics call it.
    public var service: String?

    /// An endpoint.
    public init(url: String, unixSocketPath: String? = nil, service: String? = nil) {
        self.url = url
        self.unixSocketPath = unixSocketPath
        self.service = service
    }
}
