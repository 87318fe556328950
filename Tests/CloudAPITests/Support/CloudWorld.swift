import AdminAccess
import CoreMetrics
import Database
import Datastore
import Foundation
import HTTPTypes
import Hosting
import Identity
import JSON
import Logging
import ObjectStorage
import PubSub
import RequestLog
import SQLiteEngine
import Scheduling
import Settings
import Synchronization
import Testing
import Transfer

@testable import CloudAPI

/// All routes in Google's shapes over their real rooms, in a folder of its own, asked without a socket.
final class CloudWorld: Sendable {
    let identities: Identities
    let routes: [Route]
    private let records = Records()

    /// What was refused, as the audit log is told: the name, or the path, of the route.
    var refused: [String] { records.refused.withLock { $0 } }
    /// What was done, as the audit log is told.
    var done: [String] { records.done.withLock { $0 } }

    /// Runs a body.
    static func run(_ body: (CloudWorld) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cloud-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = NOOPMetricsHandler.instance
        func open(_ name: String, _ migrations: [Migration]) throws -> DatabaseFile {
            try DatabaseFile.open(
                DatabaseConfiguration(
                    path: "\(folder)/\(name).db", applicationID: 1, synchronous: .normal, migrations: migrations,
                    name: name), metrics: metrics, logger: logger
            ) { Issue.record($0) }
        }
        let file = try open("state", SQLiteEngine.migrations)
        let telemetry = try open("telemetry", RequestLog.migrations)
        let datastore = try await Datastore(
            engine: SQLiteEngine(database: file), indexes: ObjectStorage.indexes + Scheduler.indexes, metrics: metrics,
            logger: logger)
        let transfer = TransferClient()
        let settings = Settings()
        let identities = try await Identities(
            datastore: datastore, keysFolder: folder + "/keys", project: settings.project,
            services: settings.services.map(\.name), settings: settings.identity, issuer: { "http://issuer.test" },
            audiences: { _ in ServiceAudiences(urls: [], others: []) }, transfer: transfer, metrics: metrics,
            logger: logger)
        let storage = try ObjectStorage(
            datastore: datastore, directory: folder + "/buckets", publisher: NoTopics(),
            baseURL: { "http://localhost" }, metrics: metrics, logger: logger)
        let pubsub = try await PubSub(
            datastore: datastore, project: settings.project, transfer: transfer, metrics: metrics, logger: logger)
        let scheduler = Scheduler(
            datastore: datastore, transfer: transfer, resolve: { JobEndpoint(url: $0) }, publisher: NoMessages(),
            settings: settings.scheduler, metrics: metrics, logger: logger)
        let log = RequestLog(database: telemetry, settings: settings.requestLog, metrics: metrics, logger: logger)
        let world = CloudWorld(identities, settings) { services, gate, auditing in
            CloudAPI(
                storage: storage, pubsub: pubsub, scheduler: scheduler, datastore: datastore, requestLog: log,
                identities: identities, services: services, project: settings.project,
                baseURL: { "http://localhost" }, gate: gate, auditing: auditing)
        }
        do { try await body(world) } catch { Issue.record(error) }
        await transfer.shutdown()
        try await telemetry.close()
        try await file.close()
    }

    private init(
        _ identities: Identities, _ settings: Settings,
        _ build: (@escaping @Sendable () -> [CloudService], AdminGate, CloudAuditing) -> CloudAPI
    ) {
        self.identities = identities
        let services = { @Sendable in
            settings.services.map {
                CloudService(
                    name: $0.name, urls: ["http://\($0.name)"], requiresToken: true, isLocal: true, audiences: [],
                    image: "trivet:test", startTime: .now)
            }
        }
        let gate = AdminGate(project: settings.project, daemonUser: 4_711) { identities.allows($0, $1, on: $2) }
        routes = build(services, gate, records.auditing).routes
    }

    /// The route of a method and a path.
    func route(_ name: String) throws -> Route {
        try #require(routes.first { "\($0.method.rawValue) \($0.path)" == name }, "there is no route \(name)")
    }

    /// Asks a route.
    ///
    /// - Parameters:
    ///   - principal: who asks over TCP, as a token has shown; nil: nobody was asked.
    ///   - user: who asks on the socket.
    func ask(
        _ route: Route, as principal: String? = nil, user: UInt32? = nil, parameters: [String: String] = [:],
        body: String = ""
    ) async throws -> (status: Int, json: JSONObject?) {
        let peer = user.map { Peer.unix(PeerCredentials(pid: 1, uid: $0, gid: $0)) } ?? .tcp("127.0.0.1")
        let request = try HostedRequest(
            route.method, "/", parameters: parameters, peer: peer, principal: principal, body: Array(body.utf8))
        let response = try await route.handler(request)
        guard case .bytes(let bytes) = response.body else { return (response.status.code, nil) }
        return (response.status.code, try JSONValue(parsing: bytes).object)
    }
}

/// Nobody to tell of objects.
private struct NoTopics: ObjectEventPublisher {
    func hasTopic(_ topic: String) async throws -> Bool { false }
    func publish(_ messages: [ObjectEventMessage], in transaction: Transaction) throws -> @Sendable () -> Void { {} }
}

/// Nobody publishes for jobs.
private struct NoMessages: JobPublisher {
    func checked(_ target: PubSubTarget) throws(SchedulingError) -> PubSubTarget { target }
    func publish(_ target: PubSubTarget) async -> JobPublishResult { .refused(status: 503, reason: "nobody publishes") }
}

/// What the audit log would have.
private final class Records: Sendable {
    let refused = Mutex<[String]>([])
    let done = Mutex<[String]>([])

    var auditing: CloudAuditing {
        CloudAuditing(
            recorded: { route, name, onlyRefusals in
                Route(route.method, route.path, body: route.body) { [self] request in
                    let response = try await route.handler(request)
                    if !onlyRefusals { done.withLock { $0.append("\(name) \(response.status.code)") } }
                    return response
                }
            },
            refused: { [self] _, route, name, _ in refused.withLock { $0.append(name ?? route.path) } })
    }
}
