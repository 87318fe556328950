/// Where metrics and health are served, `metrics` in the file.
public struct MetricsSettings: Sendable, Hashable {
    /// The addresses of `/metrics`, `/livez`, `/readyz` and `/healthz`; empty: not served over TCP.
    public var listen: [ListenAddress]
    /// How many series with labels all metrics together may have; new ones beyond lead to `_other` of their metric.
    public var maxSeries: Int

    /// The metrics listener's settings; without arguments, the defaults.
    public init(listen: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 9464)], maxSeries: Int = 2_000) {
        self.listen = listen
        self.maxSeries = maxSeries
    }
}
