/// The settings of one hosted service, `services.NAME` in the file.
public struct ServiceSettings: Sendable, Hashable {
    /// The service's name, such as `hello-world-service`.
    public var name: String
    /// Where the service listens; never empty in loaded settings.
    public var listen: [ListenAddress]
    /// Whether callers must show who they are.
    public var authentication: Authentication
    /// Allows `authentication: none` on addresses that other machines can reach.
    public var allowUnauthenticated: Bool
    /// What the world calls the service, such as `https://hello.example.org`; nil: derived from `listen`.
    public var url: String?
    /// Audiences of ID tokens that are accepted besides the URL.
    public var audiences: [String]

    /// Settings of the service `name`; all but the addresses have their defaults.
    public init(
        name: String, listen: [ListenAddress], authentication: Authentication = .none,
        allowUnauthenticated: Bool = false, url: String? = nil, audiences: [String] = []
    ) {
        self.name = name
        self.listen = listen
        self.authentication = authentication
        self.allowUnauthenticated = allowUnauthenticated
        self.url = url
        self.audiences = audiences
    }
}
