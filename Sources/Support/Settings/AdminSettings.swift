/// The settings of the admin interface, `admin` in the file.
public struct AdminSettings: Sendable, Hashable {
    /// TCP addresses of the admin interface, which also listens on its socket.
    public var listen: [ListenAddress]
    /// The unix socket's path as the operator wrote it; ``Settings/adminSocketPath(environment:)`` is where it is.
    public var socket: String
    /// Whether callers of the TCP addresses must show who they are.
    public var authentication: Authentication

    /// The admin interface's settings; without arguments, the defaults.
    public init(
        listen: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 9400)], socket: String = "admin.sock",
        authentication: Authentication = .none
    ) {
        self.listen = listen
        self.socket = socket
        self.authentication = authentication
    }
}
