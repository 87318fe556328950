/// Everything that an operator can set, as plain values.
///
/// `Settings()` holds the built-in defaults, which stand here and in the sections' initialisers and nowhere else:
/// ``SettingsCatalog`` reads them from here. ``SettingsLoader`` makes the settings that are in force.
public struct Settings: Sendable, Hashable {
    /// The project's id, as in the lab: it stands in resource names and in the bucket's name.
    public var project = "my-project"
    /// The directory of the databases and buckets; a relative path starts at the working directory.
    public var dataDirectory = "./var"
    /// What the first start in a data directory creates.
    public var firstStart = FirstStart.lab
    /// The three hosted services, always in this order: hello world, message board, storage logging.
    public var services = Settings.defaultServices
    /// The admin interface.
    public var admin = AdminSettings()
    /// The metadata server.
    public var metadata = MetadataSettings()
    /// Accounts, tokens and those whose tokens are taken.
    public var identity = IdentitySettings()
    /// Metrics and health.
    public var metrics = MetricsSettings()
    /// What is left of the disk.
    public var disk = DiskSettings()
    /// The purge of storage logs.
    public var purge = PurgeSettings()
    /// The request log.
    public var requestLog = RequestLogSettings()
    /// The history of metrics.
    public var metricHistory = MetricHistorySettings()
    /// The application log.
    public var log = LogSettings()
    /// The scheduler.
    public var scheduler = SchedulerSettings()
    /// Pub/Sub.
    public var pubsub = PubSubSettings()
    /// The audit log.
    public var audit = AuditSettings()
    /// What a client may ask of the listeners.
    public var limits = LimitSettings()
    /// How long a graceful stop may take before what still runs is cut off.
    public var shutdownTimeout = Duration.seconds(20)

    /// The built-in defaults.
    public init() {}

    static let defaultServices: [ServiceSettings] = [
        ServiceSettings(name: "hello-world-service", listen: [.tcp(host: "127.0.0.1", port: 8080)]),
        ServiceSettings(name: "message-board-service", listen: [.tcp(host: "127.0.0.1", port: 8081)]),
        ServiceSettings(name: "storage-logging-service", listen: [.tcp(host: "127.0.0.1", port: 8082)]),
    ]

    /// The settings of the service `name`, or nil if there is no such service.
    public func service(_ name: String) -> ServiceSettings? {
        services.first { $0.name == name }
    }

    /// Where the admin socket is: an absolute `admin.socket` as it stands, a relative one under `$RUNTIME_DIRECTORY`
    /// (the first, if systemd gives several), else under the data directory.
    public func adminSocketPath(environment: [String: String]) -> String {
        guard !admin.socket.utf8.starts(with: "/".utf8) else { return admin.socket }
        let runtime = environment["RUNTIME_DIRECTORY"].flatMap(Self.firstDirectory)
        return "\(runtime ?? dataDirectory)/\(admin.socket)"
    }

    /// The first of the directories that systemd puts, divided by colons, into `$RUNTIME_DIRECTORY` and its like.
    static func firstDirectory(in list: String) -> String? {
        list.utf8.split(separator: UInt8(ascii: ":")).first.flatMap { String($0) }
    }
}
