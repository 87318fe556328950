public import CoreMetrics
public import Datastore
public import Logging
public import Settings
import Synchronization
public import Transfer

/// The cron: calls each job's target, or publishes its message, at the instants of its schedule, and keeps the ledger
/// in which every instant has one outcome, whatever happens to the daemon or to its clock.
///
/// A run is recorded as running before its call goes out, and with its outcome after. Runs of one job never overlap,
/// those by hand included: an instant that comes meanwhile waits, and one that finds another waiting is skipped, with
/// the reason in its record. Instants that passed while the daemon was down, or that a clock set ahead jumped over,
/// become one record of a range, but for the last of them where the job wants it run.
public final class Scheduler: Sendable {
    /// The indexes that the ledger's queries need; the daemon declares them to the datastore.
    public static let indexes = RunLedger.indexes

    let ledger: RunLedger
    let store: JobStore
    let zones: ZoneDatabase
    let caller: any JobCaller
    let publisher: any JobPublisher
    let clock: any SchedulerClock
    let retention: RunRetention
    let metrics: SchedulerMetrics
    let logger: Logger
    let doorbell = Doorbell()
    /// Rung once, when the loop begins.
    let beginning = Doorbell()
    /// Held over every durable step that decides what runs, so that memory and ledger change together.
    let lock = AsyncLock()
    let state = Mutex(SchedulerState())
    private let live: Mutex<(settings: SchedulerSettings, timing: SchedulerTiming)>

    /// A scheduler that calls as the caller does and publishes as the publisher does, by the given clock.
    public init(
        datastore: Datastore, caller: any JobCaller, publisher: any JobPublisher,
        clock: any SchedulerClock = SystemSchedulerClock(),
        zones: ZoneDatabase = ZoneDatabase(), settings: SchedulerSettings,
        timing: SchedulerTiming = SchedulerTiming(), metrics: any MetricsFactory, logger: Logger
    ) {
        ledger = RunLedger(datastore: datastore)
        store = JobStore(datastore: datastore, zones: zones)
        self.zones = zones
        self.caller = caller
        self.publisher = publisher
        self.clock = clock
        live = Mutex((settings, timing))
        self.metrics = SchedulerMetrics(metrics)
        self.logger = logger
        retention = RunRetention(ledger: ledger, clock: clock, logger: logger)
    }

    /// A scheduler that calls over HTTP.
    ///
    /// - Parameters:
    ///   - resolve: where a job's URL leads, for the daemon's own services; others as they are.
    ///   - tokens: makes the ID tokens that jobs carry.
    ///   - publisher: publishes the messages of jobs.
    public convenience init(
        datastore: Datastore, transfer: TransferClient, resolve: @escaping @Sendable (String) -> JobEndpoint,
        tokens: (any JobTokenSource)? = nil, publisher: any JobPublisher, settings: SchedulerSettings,
        timing: SchedulerTiming = SchedulerTiming(), metrics: any MetricsFactory, logger: Logger
    ) {
        self.init(
            datastore: datastore, caller: TransferJobCaller(client: transfer, resolve: resolve, tokens: tokens),
            publisher: publisher, settings: settings, timing: timing, metrics: metrics, logger: logger)
    }

    /// The scheduler's own times.
    var timing: SchedulerTiming { live.withLock { $0.timing } }

    /// How long records of runs are kept.
    var runRetention: Duration { live.withLock { $0.settings.runRetention } }

    /// Takes new settings, and how long runs under way may go on when the daemon stops.
    public func apply(_ settings: SchedulerSettings, shutdownTimeout: Duration) {
        live.withLock { live in
            live.settings = settings
            live.timing.shutdownTimeout = shutdownTimeout
        }
    }

    /// Whether the past is settled and what is due is run.
    public var hasBegun: Bool { state.withLock { $0.lastTurn != nil } }

    /// Returns when the scheduler has begun, or the task is cancelled. For one who waits.
    public func begun() async { await beginning.wait() }

    /// Whether the loop has turned within its time: false before it begins, and when it hangs.
    public var isAlive: Bool {
        guard let lastTurn = state.withLock({ $0.lastTurn }) else { return false }
        return clock.uptime - lastTurn <= timing.longestSleep + timing.hangAfter
    }
}
