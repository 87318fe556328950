public import Settings

/// What of a service's requests is kept.
public enum Recording: Sendable, Hashable {
    /// A record in the request log, and metrics.
    case requestLog
    /// Metrics only: for what is asked every few seconds by machines.
    case metricsOnly
}

/// A service with where and how it is reached: what the daemon builds one of for each service, its admin and its
/// metrics.
public struct ServiceHost: Sendable {
    /// The service.
    public let service: any HostedService
    /// Where it listens.
    public let addresses: [ListenAddress]
    /// The settings' key of the addresses, which an address that is taken is blamed on.
    public let settingsKey: String
    /// Who may call.
    public let authentication: Authentication
    /// What of its requests is kept.
    public let recording: Recording
    /// What the world calls it; its host is then one of the service's own names.
    public let url: String?
    /// Whether a request over a loopback address must name the service in its Host, so that no web page may call it
    /// through a browser on this machine (421).
    public let unauthenticatedHostCheck: Bool
    /// The mode of its unix sockets.
    public let socketMode: UInt32

    /// Creates a host.
    ///
    /// - Parameters:
    ///   - service: the service.
    ///   - addresses: where it listens.
    ///   - settingsKey: the settings' key of the addresses; nil: `services.<name>.listen`.
    ///   - authentication: who may call.
    ///   - recording: what of its requests is kept.
    ///   - url: what the world calls it.
    ///   - unauthenticatedHostCheck: whether Host is checked on loopback; nil: when there is no authentication.
    ///   - socketMode: the mode of its unix sockets.
    public init(
        service: any HostedService, addresses: [ListenAddress], settingsKey: String? = nil,
        authentication: Authentication = .none, recording: Recording = .requestLog, url: String? = nil,
        unauthenticatedHostCheck: Bool? = nil, socketMode: UInt32 = 0o660
    ) {
        self.service = service
        self.addresses = addresses
        self.settingsKey = settingsKey ?? "services.\(service.name).listen"
        self.authentication = authentication
        self.recording = recording
        self.url = url
        self.unauthenticatedHostCheck = unauthenticatedHostCheck ?? (authentication == .none)
        self.socketMode = socketMode
    }
}
