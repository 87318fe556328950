import AdminAPI
public import ApplicationLog
import Audit
import CloudAPI
import Database
import Datastore
import Glibc
import Health
import HelloWorld
public import Hosting
import Identity
import Instruments
public import Logging
import MessageBoard
import MetricHistory
import ObjectStorage
import PubSub
import RequestLog
import SQLiteEngine
import Scheduling
import ServiceLifecycle
import ServiceManager
public import Settings
import StorageLogging
import Transfer
public import UnixSignals

/// Every part of Trivet, built from the settings and joined: the only place that knows them all.
///
/// `start` does all that can refuse a start; `run` serves until it is told to stop. There is no signal handling here
/// and no exit, so that a test can hold a whole daemon.
public final class Daemon: Sendable {
    /// What the daemon listens on, with the real ports.
    public var addresses: [BoundAddress] { hosting.boundAddresses }

    private let settings: LiveSettings
    private let reloading: Reloading
    private let audit: AuditLog
    private let logger: Logger
    private let storage: Storage
    private let fatalErrors: FatalErrorWatch
    private let datastore: Datastore
    private let diskKeeper: DiskKeeper
    private let requestLog: RequestLog
    private let metricHistory: MetricHistory
    private let transfer: TransferClient
    private let scheduler: Scheduler
    /// The pushes' own: endpoints that hang hold connections that jobs need.
    private let pushTransfer: TransferClient
    private let pubsub: PubSub
    private let objects: ObjectStorage
    private let health: HealthMonitor
    private let hosting: HTTPHosting
    private let reports: ManagerReports

    /// Opens the data, builds the parts, creates what a first start creates, and opens the listeners.
    ///
    /// - Parameters:
    ///   - loaded: the settings in force.
    ///   - loader: what loaded them, and does so again at a reload.
    ///   - environment: the process' environment, for the admin socket's place.
    ///   - version: what `version` tells and `trivet_build_info` carries.
    ///   - log: the level and form of the application log, which a reload may change.
    ///   - logger: the application log.
    ///   - onFatalError: told when state can no longer be written, at once, with the time that a graceful stop may take;
    ///     `run` then throws, after what may hang.
    /// - Throws: `StartError`; nothing is left open then.
    public static func start(
        _ loaded: LoadedSettings, loader: SettingsLoader, environment: [String: String], version: String,
        log: LogControl, logger: Logger,
        onFatalError: @escaping @Sendable (_ shutdownTimeout: Duration) -> Void = { _ in }
    ) async throws(StartError) -> Daemon {
        let settings = LiveSettings(loaded, loader: loader)
        let fatalErrors = FatalErrorWatch(onReport: { onFatalError(settings.settings.shutdownTimeout) })
        let registry = MetricRegistry(mostSeries: loaded.settings.metrics.maxSeries)
        ProcessMetrics(version: version).register(in: registry)
        let storage = try await Storage.open(
            loaded.settings, metrics: registry, logger: logger, onFatalError: { fatalErrors.report($0) })
        do {
            return try await Daemon(
                settings,
                reloading: Reloading(
                    settings: settings, log: log, metrics: registry, logger: logger),
                environment: environment, version: version, storage: storage, fatalErrors: fatalErrors,
                registry: registry, logger: logger)
        } catch {
            await storage.close(telemetry: storage.telemetry, logger: logger)
            throw error
        }
    }

    private init(
        _ live: LiveSettings, reloading: Reloading, environment: [String: String], version: String, storage: Storage,
        fatalErrors: FatalErrorWatch, registry: MetricRegistry, logger: Logger
    ) async throws(StartError) {
        let settings = live.settings
        self.settings = live
        self.reloading = reloading
        self.logger = logger
        self.storage = storage
        self.fatalErrors = fatalErrors
        let requestLog = RequestLog(
            database: storage.telemetry, settings: settings.requestLog, metrics: registry, logger: logger,
            reopen: storage.reopenTelemetry)
        self.requestLog = requestLog
        diskKeeper = DiskKeeper(
            disks: [storage.disk, storage.telemetryDisk], state: storage.state, telemetry: { requestLog.database },
            metrics: registry, logger: logger)
        metricHistory = MetricHistory(
            database: { requestLog.database }, settings: settings.metricHistory, samples: { registry.samples() },
            metrics: registry, logger: logger)
        requestLog.share(with: { [metricHistory] in metricHistory.bytes })
        do {
            datastore = try await Datastore(
                engine: SQLiteEngine(database: storage.state), indexes: Self.indexes, metrics: registry, logger: logger)
        } catch {
            throw StartError(.database, "state.db cannot be read: \(error)\n\(Storage.stateAdvice)", cause: error)
        }
        audit = AuditLog(
            datastore: datastore, retention: { live.settings.audit.retention }, metrics: registry, logger: logger)
        // All of a thousand jobs of one minute may wait for slow targets at once, and none should wait for another.
        transfer = TransferClient(
            configuration: TransferConfiguration(maximumConnections: 2048), metrics: registry)
        let bound = BoundServices()
        let identities = try await Self.identities(
            settings, datastore: datastore.essential, folder: storage.directory.path(of: "keys"), bound: bound,
            transfer: transfer, registry: registry, logger: logger)
        pushTransfer = TransferClient(
            configuration: TransferConfiguration(
                maximumConnections: settings.pubsub.maxConnections, maximumIdleConnections: 256),
            metrics: registry)
        do {
            pubsub = try await PubSub(
                datastore: datastore, project: settings.project, transfer: pushTransfer,
                resolve: { bound.pushEndpoint(of: $0, settings: live.settings) },
                tokens: PushTokens(identities: identities),
                settings: settings.pubsub,
                timing: PubSubTiming(shutdownTimeout: settings.shutdownTimeout.shareOfPushes), metrics: registry,
                logger: logger)
        } catch {
            throw StartError(
                .database, "topics and subscriptions cannot be read: \(error)\n\(Storage.stateAdvice)", cause: error)
        }
        scheduler = Scheduler(
            datastore: datastore.essential, transfer: transfer, resolve: { bound.endpoint(of: $0) },
            tokens: JobTokens(identities: identities, bound: bound, settings: settings),
            publisher: JobMessages(pubsub: pubsub), settings: settings.scheduler,
            timing: SchedulerTiming(shutdownTimeout: settings.shutdownTimeout.shareOfRuns), metrics: registry,
            logger: logger)
        health = HealthMonitor(
            checks: HealthChecks(storage: storage, requestLog: requestLog, scheduler: scheduler, bound: bound).all,
            metrics: registry, logger: logger)
        do {
            objects = try ObjectStorage(
                datastore: datastore, directory: storage.directory.path(of: "buckets"),
                hasRoom: { [disk = storage.disk] in !disk.isLow }, publisher: ObjectEventTopics(pubsub: pubsub),
                baseURL: { bound.adminURL }, metrics: registry, logger: logger)
        } catch {
            throw StartError(.dataDirectory, "the folder of the buckets cannot be made: \(error)", cause: error)
        }
        let purge = StorageLogPurge(
            datastore: datastore, retain: { live.settings.purge.retain }, metrics: registry)
        let admin = AdminService(
            AdminParts(
                version: version, settings: live,
                reload: { () throws(SettingsErrors) in try await reloading.reload() }, log: reloading.log,
                audit: audit, datastore: datastore, requestLog: requestLog, metricHistory: metricHistory,
                scheduler: scheduler, pubsub: pubsub, objects: objects, health: health, identities: identities,
                addresses: { bound.addresses },
                purge: { olderThan, dryRun in try await purge.purge(olderThan: olderThan, dryRun: dryRun) },
                runProgress: { job in
                    guard case .http(let target) = job.target, target.uri == FirstStartResources.purgeURL else {
                        return nil
                    }
                    return purge.progress?.text
                }))
        let cloud = CloudAPI(
            storage: objects, pubsub: pubsub, scheduler: scheduler, datastore: datastore, requestLog: requestLog,
            identities: identities,
            services: { [startTime = Timestamp.now] in
                bound.cloudServices(settings, image: "trivet:\(version)", startTime: startTime)
            }, project: settings.project, baseURL: { bound.adminURL },
            gate: admin.gate,
            auditing: CloudAuditing(
                recorded: { route, method, onlyRefusals in
                    admin.audited(route, as: method, onlyRefusals: onlyRefusals)
                },
                refused: { request, route, method, message in
                    await admin.recordRefusal(request, of: route, as: method, message)
                }))
        let services: [any HostedService] = [
            HelloWorldService(),
            MessageBoardService(datastore: datastore, logger: logger),
            StorageLoggingService(datastore: datastore, purge: purge),
        ]
        hosting = HTTPHosting(
            hosts: Self.hosts(
                services, admin: AdminInterface(admin: admin, cloud: cloud),
                metadata: MetadataService(
                    identities: identities, project: settings.project,
                    account: settings.accountEmail(settings.metadata.serviceAccount)),
                metrics: MetricsService(health: health, version: version, others: DiscoveryRoutes(identities).routes) {
                    registry.exposition($0)
                },
                settings: settings, environment: environment),
            limits: settings.limits, shutdownTimeout: settings.shutdownTimeout.shareOfRequests,
            authorizer: CallerCheck(identities: identities),
            record: { requestLog.record($0) }, explain: ErrorAnswers.problem,
            metrics: registry, logger: logger)
        DiskMetrics(path: storage.directory.path).register(in: registry)
        reports = ManagerReports(
            manager: ServiceManager(environment: environment),
            checks: SelfChecks(state: storage.state, scheduler: scheduler, health: health, hosting: hosting).all,
            status: StatusLine(
                services: services.count, health: health, requestLog: requestLog, scheduler: scheduler,
                hosting: hosting), longestStop: { live.settings.shutdownTimeout + Self.closing }, logger: logger)
        do {
            let madeAny = try await FirstStartResources(
                datastore: datastore.essential, scheduler: scheduler, pubsub: pubsub, objects: objects,
                identities: identities, settings: settings, owners: [LocalUser(uid: 0), LocalUser(uid: geteuid())],
                logger: logger
            ).create()
            if madeAny { await auditFirstStart(settings.firstStart) }
        } catch {
            throw StartError(
                .firstStart, "what a first start creates cannot be stored: \(error)\n\(Storage.stateAdvice)",
                cause: error)
        }
        // Before anybody can ask for a reload.
        reloading.serve(
            .init(
                requestLog: requestLog, metricHistory: metricHistory, scheduler: scheduler, pubsub: pubsub,
                hosting: hosting, reports: reports))
        do { try await hosting.bind() } catch { throw StartError(.listener, error.description, cause: error) }
        bound.serve(hosting)
        Self.report(registry, to: logger)
    }

    private static func identities(
        _ settings: Settings, datastore: Datastore, folder: String, bound: BoundServices, transfer: TransferClient,
        registry: MetricRegistry, logger: Logger
    ) async throws(StartError) -> Identities {
        let places = IdentityPlaces(settings: settings, bound: bound)
        do {
            return try await Identities(
                datastore: datastore, keysFolder: folder, project: settings.project,
                services: settings.services.map(\.name), settings: settings.identity, issuer: { places.issuer },
                audiences: { places.audiences(of: $0) }, transfer: transfer, metrics: registry, logger: logger)
        } catch let error as IdentityError {
            throw StartError(.keys, error.message, cause: error)
        } catch {
            throw StartError(.database, "accounts cannot be read: \(error)\n\(Storage.stateAdvice)", cause: error)
        }
    }

    /// A metric that the exposition must leave out is a mistake of ours, never a reason not to serve.
    private static func report(_ registry: MetricRegistry, to logger: Logger) {
        for rejection in registry.rejections {
            logger.error("a metric is not exposed", metadata: ["reason": "\(rejection)"])
        }
    }

    private func auditFirstStart(_ kind: FirstStart) async {
        let action = AuditAction(
            principal: .daemon, peer: "daemon", method: "daemon.first-start", resource: "datastore",
            parameters: ["first_start": kind.rawValue])
        await audit.record(action, .ok)
    }

    /// Reads the settings again for who sent the signal, and takes over what can change while the daemon runs. What is
    /// wrong with them stands in the log, and then nothing changes.
    ///
    /// For the admin's reload see the route, whose change is audited as any other.
    public func reloadBySignal() async {
        let entry = await audit.begin(
            AuditAction(principal: .reloadSignal, peer: "signal", method: "config.reload", resource: "config"))
        do {
            _ = try await reloading.reload()
            await audit.end(entry, .ok)
        } catch {
            await audit.end(entry, .failed, message: error.description)
        }
    }

    /// Serves until a shutdown signal comes or a part fails; all is flushed and closed on return.
    ///
    /// - Parameter shutdownSignals: the signals that stop it gracefully.
    /// - Throws: the error of the part that failed.
    public func run(shutdownSignals: [UnixSignal] = []) async throws {
        // Shut down in reverse: first the health says so, then no new runs, then no new pushes, then no new requests,
        // last the records.
        let (stop, stopBegins) = AsyncStream<Void>.makeStream()
        let parts: [(String, any Service)] = [
            ("fatal errors", fatalErrors), ("reports", reports), ("disk", diskKeeper), ("request log", requestLog),
            ("metric history", metricHistory), ("datastore", datastore), ("audit log", audit),
            ("object storage", objects), ("hosting", hosting), ("pubsub", pubsub), ("scheduler", scheduler),
            ("health", health),
            (
                "readiness",
                Readiness(health: health, scheduler: scheduler, reports: reports, onEnd: { stopBegins.finish() })
            ),
        ]
        let configuration = ServiceGroupConfiguration(
            services: parts.map { name, service in
                .init(
                    service: service, failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: name)
            }, gracefulShutdownSignals: shutdownSignals, logger: logger)
        let result = await bounded(ServiceGroup(configuration: configuration), stop: stop)
        await transfer.shutdown()
        await pushTransfer.shutdown()
        await storage.close(telemetry: requestLog.database, logger: logger)
        try result.get()
    }

    /// How long the files may take to close after `shutdown_timeout`.
    private static let closing = Duration.seconds(15)

    /// Runs the group, and cancels what is left of it when its stop takes too long. The group has such a bound itself,
    /// but only one that is known when it begins, and `shutdown_timeout` can change.
    private func bounded(_ group: ServiceGroup, stop: AsyncStream<Void>) async -> Result<Void, any Error> {
        await withTaskGroup(of: Result<Void, any Error>?.self) { tasks in
            tasks.addTask {
                do { return .success(try await group.run()) } catch { return .failure(error) }
            }
            tasks.addTask { [settings] in
                for await _ in stop {}
                try? await Task.sleep(for: settings.settings.shutdownTimeout + .seconds(5))
                return nil
            }
            var result: Result<Void, any Error>?
            while let next = await tasks.next() {
                result = next ?? result
                tasks.cancelAll()
            }
            return result ?? .success(())
        }
    }

    private static var indexes: DeclaredIndexes {
        MessageBoardService.indexes + StorageLoggingService.indexes + Scheduler.indexes + ObjectStorage.indexes
    }

    private static func hosts(
        _ services: [any HostedService], admin: AdminInterface, metadata: MetadataService, metrics: MetricsService,
        settings: Settings, environment: [String: String]
    ) -> [ServiceHost] {
        let lab = services.compactMap { service in
            settings.service(service.name).map { own in
                ServiceHost(
                    service: service, addresses: own.listen, authentication: own.authentication, url: own.url)
            }
        }
        // Without an address its many paths would only fill the metrics.
        let credentials =
            settings.metadata.listen.isEmpty
            ? []
            : [
                ServiceHost(
                    service: metadata, addresses: settings.metadata.listen, settingsKey: "metadata.listen",
                    recording: .metricsOnly, url: MetadataService.url)
            ]
        return lab + credentials + [
            ServiceHost(
                service: metrics, addresses: settings.metrics.listen, settingsKey: "metrics.listen",
                recording: .metricsOnly, url: settings.identity.issuer),
            ServiceHost(
                service: admin, addresses: settings.admin.listen, settingsKey: "admin.listen",
                authentication: settings.admin.authentication, recording: .metricsOnly),
            ServiceHost(
                service: admin, addresses: [.unix(path: settings.adminSocketPath(environment: environment))],
                settingsKey: "admin.socket", recording: .metricsOnly),
        ]
    }
}
