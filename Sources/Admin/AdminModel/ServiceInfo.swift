/// One hosted service, as `GET /admin/v1/services` and `GET /admin/v1/services/{name}` show it.
public struct ServiceInfo: Codable, Sendable, Hashable {
    /// The service's name.
    public let name: String
    /// What the world calls it.
    public let url: String
    /// `none` or `required`.
    public let authentication: String
    /// Whether it may serve without authentication beyond loopback.
    public let allowUnauthenticated: Bool
    /// The addresses as set, e.g. `127.0.0.1:8080`.
    public let listen: [String]
    /// The addresses as bound, with the real port.
    public let addresses: [String]
    /// Audiences that are accepted besides the URL.
    public let audiences: [String]

    /// Creates a service's description.
    public init(
        name: String, url: String, authentication: String, allowUnauthenticated: Bool, listen: [String],
        addresses: [String], audiences: [String]
    ) {
        self.name = name
        self.url = url
        self.authentication = authentication
        self.allowUnauthenticated = allowUnauthenticated
        self.listen = listen
        self.addresses = addresses
        self.audiences = audiences
    }
}

/// The answer of `GET /admin/v1/services`.
public struct ServiceList: Codable, Sendable, Hashable {
    /// All services, in the order of the settings.
    public let services: [ServiceInfo]

    /// Creates a list.
    public init(services: [ServiceInfo]) {
        self.services = services
    }
}
