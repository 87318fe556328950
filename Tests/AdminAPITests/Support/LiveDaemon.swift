import AdminModel
import ApplicationLog
import Audit
import Commands
import CoreMetrics
import Database
import Datastore
import Foundation
import HTTPTypes
import Health
import Hosting
import Identity
import Instruments
import JSON
import Logging
import MetricHistory
import ObjectStorage
import RequestLog
import SQLiteEngine
import Scheduling
import ServiceLifecycle
import Settings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import AdminAPI
@testable import PubSub

/// The admin API over its real parts, on a socket in a folder of its own, and trivetctl to ask it.
struct LiveDaemon: Sendable {
    let socket: String
    /// What the datastore stands on.
    let engine: TestEngine
    let datastore: Datastore
    let requestLog: RequestLog
    let scheduler: Scheduler
    let pubsub: PubSub
    let objects: ObjectStorage
    let health: HealthMonitor
    let identities: Identities
    /// What the purge was asked: microseconds and dry run.
    let purges: Mutexed<[String]>
    let history: MetricHistory
    /// The metrics of which there is a history.
    let registry: MetricRegistry
    let audit: AuditLog
    let log: LogControl
    /// The settings file that a reload reads.
    let configFile: String
    /// The parts that the admin has, with the user who may change things besides root.
    let parts: @Sendable (_ daemonUser: UInt32?) -> AdminParts

    /// Runs a body against a daemon, and stops it gracefully.
    static func run(_ body: @Sendable (LiveDaemon) async throws -> Void) async throws {
        let folder = "/tmp/trivet-admin-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let metrics = NOOPMetricsHandler.instance
        let state = try open("state", SQLiteEngine.migrations, folder, logger)
        let telemetry = try open(
            "telemetry", RequestLog.migrations + MetricHistory.migrations(after: RequestLog.migrations.count), folder,
            logger)
        let engine = TestEngine(SQLiteEngine(database: state))
        let datastore = try await Datastore(
            engine: engine, indexes: Scheduler.indexes, metrics: metrics, logger: logger)
        var settings = Settings()
        settings.requestLog.flushInterval = .milliseconds(10)
        settings.limits.headerTimeout = patience
        settings.limits.bodyTimeout = patience
        settings.limits.idleTimeout = patience
        let requestLog = RequestLog(
            database: telemetry, settings: settings.requestLog, metrics: metrics, logger: logger)
        let registry = MetricRegistry()
        let history = MetricHistory(
            database: { telemetry },
            settings: MetricHistorySettings(
                interval: .milliseconds(100),
                tiers: [
                    MetricTier(step: .milliseconds(100), retention: .seconds(3_600))
                ]),
            samples: { registry.samples() }, metrics: registry, logger: logger)
        let scheduler = Scheduler(
            datastore: datastore, caller: OddEven(), publisher: OddEven(), settings: settings.scheduler,
            metrics: metrics, logger: logger)
        let transfer = TransferClient()
        let pubsub = try await PubSub(
            datastore: datastore, project: settings.project, transfer: transfer, metrics: metrics, logger: logger)
        let objects = try ObjectStorage(
            datastore: datastore, directory: "\(folder)/buckets", publisher: NoEvents(),
            baseURL: { "http://admin.test" }, metrics: metrics, logger: logger)
        let health = HealthMonitor(
            checks: [HealthCheck(name: "disk") { .warn("80 MiB free") }], metrics: metrics, logger: logger)
        let identities = try await Identities(
            datastore: datastore, keysFolder: "\(folder)/keys", project: settings.project,
            services: settings.services.map(\.name), settings: settings.identity, issuer: { "http://issuer.test" },
            audiences: { _ in ServiceAudiences(urls: [], others: []) }, transfer: transfer, metrics: metrics,
            logger: logger)
        let purges = Mutexed<[String]>([])
        let bound = Mutexed<[BoundAddress]>([])
        let configFile = "\(folder)/trivet.yaml"
        try Data("purge: { retain: 3m }\n".utf8).write(to: URL(filePath: configFile))
        let loader = SettingsLoader(configFile: configFile, dataDirectory: nil, environment: [:])
        let live = LiveSettings(try loader.load(), loader: loader)
        let log = LogControl(LogSettings())
        let audit = AuditLog(
            datastore: datastore, retention: { live.settings.audit.retention }, metrics: metrics, logger: logger)
        let parts = { @Sendable (daemonUser: UInt32?) in
            AdminParts(
                version: "0.1.0", settings: live,
                reload: { () throws(SettingsErrors) in try await live.reload { log.apply($0.log) } }, log: log,
                audit: audit, datastore: datastore, requestLog: requestLog, metricHistory: history,
                scheduler: scheduler, pubsub: pubsub, objects: objects, health: health, identities: identities,
                addresses: { bound.value },
                purge: { olderThan, dryRun in
                    purges.update { $0.append("\(DurationText.string(olderThan)) \(dryRun)") }
                    return 12
                }, daemonUser: daemonUser)
        }
        let admin = AdminService(parts(nil))
        let socket = "\(folder)/admin.sock"
        let hosting = HTTPHosting(
            hosts: [ServiceHost(service: admin, addresses: [.unix(path: socket)], recording: .metricsOnly)],
            limits: settings.limits, shutdownTimeout: patience, lameDuck: .zero,
            record: { requestLog.record($0) }, metrics: metrics, logger: logger)
        try await hosting.bind()
        bound.update { $0 = hosting.boundAddresses }
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: datastore), .init(service: audit), .init(service: requestLog),
                    .init(service: history), .init(service: scheduler), .init(service: pubsub),
                    .init(service: health), .init(service: hosting),
                ], logger: logger))
        let running = Task { try await group.run() }
        health.enter(.serving)
        let daemon = LiveDaemon(
            socket: socket, engine: engine, datastore: datastore, requestLog: requestLog, scheduler: scheduler,
            pubsub: pubsub, objects: objects, health: health, identities: identities, purges: purges, history: history,
            registry: registry, audit: audit, log: log, configFile: configFile, parts: parts)
        do {
            await scheduler.begun()
            try await eventually("messages are delivered") { pubsub.hub.isRunning }
            try await body(daemon)
        } catch {
            Issue.record(error)
        }
        health.enter(.draining)
        await group.triggerGracefulShutdown()
        try await running.value
        await transfer.shutdown()
        try await telemetry.close()
        try await state.close()
    }

    private static func open(
        _ name: String, _ migrations: [Migration], _ folder: String, _ logger: Logger
    ) throws -> DatabaseFile {
        try DatabaseFile.open(
            DatabaseConfiguration(
                path: "\(folder)/\(name).db", applicationID: 0x5452_5654, synchronous: .normal,
                migrations: migrations, name: name),
            metrics: NOOPMetricsHandler.instance, logger: logger, onFatalError: { Issue.record($0) })
    }

    /// Asks the API as it is.
    func ask(
        _ method: String, _ target: String, _ body: String? = nil
    ) async throws -> (status: Int, json: JSONValue) {
        let transport = CommandContext.live().connect(socket)
        let response = try await transport.send(
            AdminRequest(method: method, target: target, body: body.map { Array($0.utf8) }))
        return (response.status, try JSONValue(parsing: response.body))
    }

    /// Runs trivetctl.
    func trivetctl(_ arguments: String..., file: String? = nil) async -> (exit: Int32, lines: [String], words: String) {
        await trivetctl(arguments, file: file)
    }

    /// Runs trivetctl.
    func trivetctl(
        _ arguments: [String], file: String? = nil, output: CapturedSink = CapturedSink()
    ) async -> (exit: Int32, lines: [String], words: String) {
        let messages = CapturedSink()
        var context = CommandContext.live()
        context.environment = ["TRIVET_SOCKET": socket]
        context.output = output
        context.messages = messages
        context.terminal = Terminal()
        if let file { context.readFile = { (_) throws(CommandError) in Array(file.utf8) } }
        let exit = await Trivetctl.run(arguments, in: context)
        return (exit, output.text.split(separator: "\n").map(String.init), messages.text)
    }

    /// A record of a request in the log, for tests that want some.
    func record(_ count: Int, status: Int = 200, url: String = "/api/v1/hello") async throws {
        for number in 0..<count {
            requestLog.record(
                RequestRecord(
                    timestamp: Timestamp.now.microseconds, service: "hello-world-service", method: "POST",
                    url: "\(url)?n=\(number)", status: status, latency: .microseconds(125), route: "/api/v1/hello",
                    requestID: "r\(number)"))
        }
        try await requestLog.flush()
    }
}

/// Takes every topic for one that is there, and tells nobody.
private struct NoEvents: ObjectEventPublisher {
    func hasTopic(_ topic: String) async throws -> Bool { true }

    func publish(_ messages: [ObjectEventMessage], in transaction: Transaction) throws -> @Sendable () -> Void { {} }
}

/// Calls whose outcome stands in the job's name.
private struct OddEven: JobCaller, JobPublisher {
    func call(_ call: JobCall) async -> JobCallResult {
        .answered(status: call.job.name.hasPrefix("bad") ? 500 : 200, excerpt: "so it went")
    }

    func checked(_ target: PubSubTarget) throws(SchedulingError) -> PubSubTarget {
        guard !target.topic.isEmpty, !target.data.isEmpty || !target.attributes.isEmpty else {
            throw SchedulingError(.invalidJob, "there is nothing to publish")
        }
        return target
    }

    func publish(_ target: PubSubTarget) async -> JobPublishResult { .published(messageID: target.topic) }
}

/// A value behind a lock.
final class Mutexed<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    init(_ value: Value) { storage = Mutex(value) }

    var value: Value { storage.withLock { $0 } }

    func update(_ body: (inout Value) -> Void) {
        storage.withLock { value in
            var copy = value
            body(&copy)
            value = copy
        }
    }
}

/// A stream that keeps what is written.
final class CapturedSink: OutputSink {
    private let storage = Mutexed<[UInt8]>([])

    var text: String { String(decoding: storage.value, as: UTF8.self) }
    var isClosed: Bool { false }

    func write(_ bytes: [UInt8]) throws(OutputError) { storage.update { $0 += bytes } }
}
