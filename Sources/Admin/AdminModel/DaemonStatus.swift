/// What `GET /admin/v1/status` answers: one glance at the daemon.
public struct DaemonStatus: Codable, Sendable, Hashable {
    /// How many requests were served since the daemon started, and what became of their records:
    /// `served = stored + buffered + sampledOut + the sum of dropped`.
    public struct RequestLogCounts: Codable, Sendable, Hashable {
        /// Requests that were answered.
        public let served: Int64
        /// Records on disk.
        public let stored: Int64
        /// Records that wait for the next batch.
        public let buffered: Int64
        /// Records that the sampling left out.
        public let sampledOut: Int64
        /// Records that were given up, by reason.
        public let dropped: [String: Int64]

        /// Creates counts.
        public init(served: Int64, stored: Int64, buffered: Int64, sampledOut: Int64, dropped: [String: Int64]) {
            self.served = served
            self.stored = stored
            self.buffered = buffered
            self.sampledOut = sampledOut
            self.dropped = dropped
        }
    }

    /// The daemon's version.
    public let version: String
    /// Its process id.
    public let pid: Int32
    /// `starting`, `serving` or `draining`.
    public let phase: String
    /// `pass`, `warn` or `fail`: the worst of the health checks.
    public let health: String
    /// The project's name.
    public let project: String
    /// When the daemon started, RFC 3339.
    public let startTime: String
    /// Whole seconds since then.
    public let uptimeSeconds: Int64
    /// The directory that holds the databases, absolute.
    public let dataDirectory: String
    /// The settings file that was read, or nil when there was none.
    public let configFile: String?
    /// Addresses by service name, as bound; `admin` and `metrics` are among them.
    public let addresses: [String: [String]]
    /// The request log's counters of this run.
    public let requestLog: RequestLogCounts

    /// Creates a status.
    public init(
        version: String, pid: Int32, phase: String, health: String, project: String, startTime: String,
        uptimeSeconds: Int64, dataDirectory: String, configFile: String?, addresses: [String: [String]],
        requestLog: RequestLogCounts
    ) {
        self.version = version
        self.pid = pid
        self.phase = phase
        self.health = health
        self.project = project
        self.startTime = startTime
        self.uptimeSeconds = uptimeSeconds
        self.dataDirectory = dataDirectory
        self.configFile = configFile
        self.addresses = addresses
        self.requestLog = requestLog
    }
}
