import AdminAPI
import CloudAPI
import Database
import Datastore
import Health
import HelloWorld
public import Hosting
import Instruments
public import Logging
import MessageBoard
import MetricHistory
import ObjectStorage
import RequestLog
import SQLiteEngine
import Scheduling
import ServiceLifecycle
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

    private let settings: Settings
    private let logger: Logger
    private let storage: Storage
    private let fatalErrors: FatalErrorWatch
    private let datastore: Datastore
    private let requestLog: RequestLog
    private let metricHistory: MetricHistory
    private let transfer: TransferClient
    private let scheduler: Scheduler
    private let objects: ObjectStorage
    private let health: HealthMonitor
    private let hosting: HTTPHosting

    /// Opens the data, builds the parts, creates what a first start creates, and opens the listeners.
    ///
    /// - Parameters:
    ///   - loaded: the settings in force.
    ///   - environment: the process' environment, for the admin socket's place.
    ///   - version: what `version` tells and `trivet_build_info` carries.
    ///   - logger: the application log.
    ///   - onFatalError: told when state can no longer be written, at once; `run` then throws, after what may hang.
    /// - Throws: `StartError`; nothing is left open then.
    public static func start(
        _ loaded: LoadedSettings, environment: [String: String], version: String, logger: Logger,
        onFatalError: @escaping @Sendable () -> Void = {}
    ) async throws(StartError) -> Daemon {
        let fatalErrors = FatalErrorWatch(onReport: onFatalError)
        let registry = MetricRegistry()
        ProcessMetrics(version: version).register(in: registry)
        let storage = try await Storage.open(
            loaded.settings, metrics: registry, logger: logger, onFatalError: { fatalErrors.report($0) })
        do {
            return try await Daemon(
                loaded, environment: environment, version: version, storage: storage, fatalErrors: fatalErrors,
                registry: registry, logger: logger)
        } catch {
            await storage.close(telemetry: storage.telemetry, logger: logger)
            throw error
        }
    }

    private init(
        _ loaded: LoadedSettings, environment: [String: String], version: String, storage: Storage,
        fatalErrors: FatalErrorWatch, registry: MetricRegistry, logger: Logger
    ) async throws(StartError) {
        let settings = loaded.settings
        self.settings = settings
        self.logger = logger
        self.storage = storage
        self.fatalErrors = fatalErrors
        let requestLog = RequestLog(
            database: storage.telemetry, settings: settings.requestLog, metrics: registry, logger: logger,
            reopen: storage.reopenTelemetry)
        self.requestLog = requestLog
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
        transfer = TransferClient()
        let bound = BoundServices()
        scheduler = Scheduler(
            datastore: datastore, transfer: transfer, resolve: { bound.endpoint(of: $0) },
            settings: settings.scheduler,
            timing: SchedulerTiming(shutdownTimeout: settings.shutdownTimeout / 4), metrics: registry, logger: logger)
        health = HealthMonitor(
            checks: HealthChecks(storage: storage, requestLog: requestLog, scheduler: scheduler, bound: bound).all,
            metrics: registry, logger: logger)
        do {
            objects = try ObjectStorage(
                datastore: datastore, directory: storage.directory.path(of: "buckets"), publisher: NoTopics(),
                baseURL: { bound.adminURL }, metrics: registry, logger: logger)
        } catch {
            throw StartError(.dataDirectory, "the folder of the buckets cannot be made: \(error)", cause: error)
        }
        let purge = StorageLogPurge(datastore: datastore, retain: settings.purge.retain)
        let cloud = CloudAPI(storage: objects, project: settings.project, baseURL: { bound.adminURL })
        let admin = AdminService(
            AdminParts(
                version: version, settings: loaded, datastore: datastore, requestLog: requestLog,
                metricHistory: metricHistory, scheduler: scheduler, health: health, addresses: { bound.addresses },
                purge: { olderThan, dryRun in try await purge.purge(olderThan: olderThan, dryRun: dryRun) }))
        let services: [any HostedService] = [
            HelloWorldService(),
            MessageBoardService(datastore: datastore, logger: logger),
            StorageLoggingService(datastore: datastore, purge: purge),
        ]
        hosting = HTTPHosting(
            hosts: Self.hosts(
                services, admin: AdminInterface(admin: admin, cloud: cloud),
                metrics: MetricsService(health: health) { registry.exposition() },
                settings: settings, environment: environment),
            limits: settings.limits, shutdownTimeout: settings.shutdownTimeout * 3 / 4,
            record: { requestLog.record($0) },
            metrics: registry, logger: logger)
        do {
            try await FirstStartResources(
                datastore: datastore, scheduler: scheduler, objects: objects, settings: settings, logger: logger
            ).create()
        } catch {
            throw StartError(
                .firstStart, "what a first start creates cannot be stored: \(error)\n\(Storage.stateAdvice)",
                cause: error)
        }
        do { try await hosting.bind() } catch { throw StartError(.listener, error.description, cause: error) }
        bound.serve(hosting)
        Self.report(registry, to: logger)
    }

    /// A metric that the exposition must leave out is a mistake of ours, never a reason not to serve.
    private static func report(_ registry: MetricRegistry, to logger: Logger) {
        for rejection in registry.rejections {
            logger.error("a metric is not exposed", metadata: ["reason": "\(rejection)"])
        }
    }

    /// Serves until a shutdown signal comes or a part fails; all is flushed and closed on return.
    ///
    /// - Parameter shutdownSignals: the signals that stop it gracefully.
    /// - Throws: the error of the part that failed.
    public func run(shutdownSignals: [UnixSignal] = []) async throws {
        // Shut down in reverse: first the health says so, then no new runs, then no new requests, last the records.
        let parts: [(String, any Service)] = [
            ("fatal errors", fatalErrors), ("request log", requestLog),
            ("metric history", metricHistory), ("datastore", datastore), ("object storage", objects),
            ("hosting", hosting), ("scheduler", scheduler), ("health", health),
            ("readiness", Readiness(health: health, scheduler: scheduler)),
        ]
        var configuration = ServiceGroupConfiguration(
            services: parts.map { name, service in
                .init(
                    service: service, failureTerminationBehavior: .gracefullyShutdownGroup, serviceName: name)
            }, gracefulShutdownSignals: shutdownSignals, logger: logger)
        configuration.maximumGracefulShutdownDuration = settings.shutdownTimeout + .seconds(5)
        let result: Result<Void, any Error>
        do { result = .success(try await ServiceGroup(configuration: configuration).run()) } catch {
            result = .failure(error)
        }
        await transfer.shutdown()
        await storage.close(telemetry: requestLog.database, logger: logger)
        try result.get()
    }

    private static var indexes: DeclaredIndexes {
        MessageBoardService.indexes + StorageLoggingService.indexes + Scheduler.indexes + ObjectStorage.indexes
    }

    private static func hosts(
        _ services: [any HostedService], admin: AdminInterface, metrics: MetricsService, settings: Settings,
        environment: [String: String]
    ) -> [ServiceHost] {
        let lab = services.compactMap { service in
            settings.service(service.name).map { own in
                ServiceHost(
                    service: service, addresses: own.listen, authentication: own.authentication, url: own.url)
            }
        }
        return lab + [
            ServiceHost(
                service: metrics, addresses: settings.metrics.listen, settingsKey: "metrics.listen",
                recording: .metricsOnly),
            ServiceHost(
                service: admin, addresses: settings.admin.listen, settingsKey: "admin.listen",
                authentication: settings.admin.authentication, recording: .metricsOnly),
            ServiceHost(
                service: admin, addresses: [.unix(path: settings.adminSocketPath(environment: environment))],
                settingsKey: "admin.socket", recording: .metricsOnly),
        ]
    }
}
