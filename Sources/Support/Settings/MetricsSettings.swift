/// Where metrics and health are served, `metrics` in the file.
public struct MetricsSettings: Sendable, Hashable {
    /// The addresses of `/metrics`, `/livez`, `/readyz` and `/healthz`; empty: not served over TCP.
    public var listen: [ListenAddress]

    /// The metrics listener's settings; without arguments, the defaults.
    public init(listen: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 9464)]) {
        self.listen = listen
    }
}
