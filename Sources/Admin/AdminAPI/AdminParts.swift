import AdminAccess
public import ApplicationLog
public import Audit
public import Datastore
public import Health
public import Hosting
public import Identity
public import MetricHistory
public import ObjectStorage
public import PubSub
public import RequestLog
public import Scheduling
public import Settings

/// What the admin API shows and does, given by the composition root.
public struct AdminParts: Sendable {
    /// Deletes storage logs older than a duration, or counts them with `dryRun`; returns how many.
    public typealias PurgeStorageLogs = @Sendable (_ olderThan: Duration, _ dryRun: Bool) async throws -> Int

    /// Reads the settings again, and takes over what can change while the daemon runs.
    public typealias ReloadSettings = @Sendable () async throws(SettingsErrors) -> SettingsComparison
    /// How far a run of a job is that is under way, as a sentence; nil where that is not known.
    public typealias RunProgress = @Sendable (_ job: Job) -> String?

    let version: String
    let settings: LiveSettings
    let reload: ReloadSettings
    let log: LogControl
    let audit: AuditLog
    let datastore: Datastore
    let requestLog: RequestLog
    let metricHistory: MetricHistory
    let scheduler: Scheduler
    let pubsub: PubSub
    let objects: ObjectStorage
    let health: HealthMonitor
    let identities: Identities
    let addresses: @Sendable () -> [BoundAddress]
    let purge: PurgeStorageLogs
    let runProgress: RunProgress
    let userNames: UserNames
    let gate: AdminGate
    let startTime: Timestamp
    let now: @Sendable () -> Timestamp

    /// Gathers the parts.
    ///
    /// - Parameters:
    ///   - version: the daemon's version.
    ///   - settings: the settings in force, and the way to those on the disk.
    ///   - reload: reads the settings again.
    ///   - log: the level of the application log.
    ///   - audit: takes a record of each change.
    ///   - datastore: whose default namespaces are shown; the platform's own is refused.
    ///   - requestLog: what `logs` reads.
    ///   - metricHistory: what `metrics` reads.
    ///   - scheduler: the jobs and the ledger.
    ///   - pubsub: topics and subscriptions.
    ///   - objects: the buckets.
    ///   - health: the checks.
    ///   - identities: accounts, policies, keys and tokens.
    ///   - addresses: what is bound; asked at each request, since the admin is built before it is bound itself.
    ///   - purge: the purge of the service that owns the storage logs.
    ///   - runProgress: how far a run is that is under way.
    ///   - startTime: when the daemon started.
    ///   - daemonUser: the user id that, besides root, may change things; nil is this process's own.
    ///   - now: the clock.
    public init(
        version: String, settings: LiveSettings, reload: @escaping ReloadSettings, log: LogControl, audit: AuditLog,
        datastore: Datastore, requestLog: RequestLog, metricHistory: MetricHistory, scheduler: Scheduler,
        pubsub: PubSub, objects: ObjectStorage, health: HealthMonitor, identities: Identities,
        addresses: @escaping @Sendable () -> [BoundAddress], purge: @escaping PurgeStorageLogs,
        runProgress: @escaping RunProgress = { _ in nil }, startTime: Timestamp = .now, daemonUser: UInt32? = nil,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.version = version
        self.settings = settings
        self.reload = reload
        self.log = log
        self.audit = audit
        self.datastore = datastore
        self.requestLog = requestLog
        self.metricHistory = metricHistory
        self.scheduler = scheduler
        self.pubsub = pubsub
        self.objects = objects
        self.health = health
        self.identities = identities
        self.addresses = addresses
        self.purge = purge
        self.runProgress = runProgress
        self.startTime = startTime
        let userNames = UserNames()
        self.userNames = userNames
        gate = AdminGate(
            project: settings.settings.project, daemonUser: daemonUser, userNames: userNames
        ) { identities.allows($0, $1, on: $2) }
        self.now = now
    }
}
