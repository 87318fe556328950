import AdminAccess
import CoreMetrics
import Database
import Datastore
import Foundation
import HTTPTypes
import JSON
import Logging
import SQLiteEngine
import ServiceLifecycle
import Synchronization
import Testing
import Transfer

@testable import CloudAPI
@testable import Hosting
@testable import PubSub

/// Pub/Sub's routes over the real room, in a folder of its own, asked without a socket.
struct LivePubSub: Sendable {
    /// An answer.
    struct Answer {
        let status: Int
        let json: JSONValue

        /// The name of the error's code, such as `NOT_FOUND`.
        var code: String? { json.object?["error"]?.object?["status"]?.string }
        /// The field that the error names.
        var field: String? {
            let detail = json.object?["error"]?.object?["details"]?.array?.first?.object
            return detail?["fieldViolations"]?.array?.first?.object?["field"]?.string
        }
    }

    let pubsub: PubSub
    /// `NAME` or `NAME refusals` for each route that is audited.
    let audited: [String]
    private let table: RouteTable

    private static let user: UInt32 = 4_711

    /// Runs a body while messages are delivered.
    static func run(_ body: @Sendable (LivePubSub) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cloud-pubsub-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let metrics = NOOPMetricsHandler.instance
        let file = try DatabaseFile.open(
            DatabaseConfiguration(
                path: folder.appendingPathComponent("state.db").path, applicationID: 1, synchronous: .normal,
                migrations: SQLiteEngine.migrations, name: "state"),
            metrics: metrics, logger: logger
        ) { Issue.record($0) }
        let datastore = try await Datastore(
            engine: SQLiteEngine(database: file), metrics: metrics, logger: logger)
        let transfer = TransferClient()
        let pubsub = try await PubSub(
            datastore: datastore, project: "my-project", transfer: transfer, metrics: metrics, logger: logger)
        let group = ServiceGroup(configuration: .init(services: [.init(service: pubsub)], logger: logger))
        let running = Task { try await group.run() }
        while !pubsub.hub.isRunning { try await Task.sleep(for: .milliseconds(2)) }
        do { try await body(LivePubSub(pubsub)) } catch { Issue.record(error) }
        await group.triggerGracefulShutdown()
        try await running.value
        await transfer.shutdown()
        try await file.close()
    }

    private init(_ pubsub: PubSub) {
        self.pubsub = pubsub
        let names = Mutex<[String]>([])
        let cloud = CloudRoutes(
            baseURL: { "http://localhost" },
            gate: AdminGate(project: "my-project", daemonUser: Self.user) { _, _, _ in false },
            auditing: CloudAuditing(
                recorded: { route, name, onlyRefusals in
                    names.withLock { $0.append(onlyRefusals ? "\(name) refusals" : name) }
                    return route
                }, refused: { _, _, _, _ in }))
        table = RouteTable(CloudAPI.pubsub(pubsub, cloud))
        audited = names.withLock { $0 }
    }

    /// Asks, as who has connected to the socket, or over TCP. A client that `hasGone` takes nothing of an answer for
    /// which it had to wait.
    func ask(
        _ method: HTTPRequest.Method, _ target: String, _ body: String = "", as user: UInt32? = nil,
        hasGone: Bool = false
    ) async throws -> Answer {
        let path = try HostedRequest(method, target).path
        guard case .route(let route, _, let parameters) = table.resolve(method, try RequestTarget(parsing: path)) else {
            return Answer(status: 404, json: .null)
        }
        let peer = user.map { Peer.unix(PeerCredentials(pid: 1, uid: $0, gid: $0)) } ?? .tcp("127.0.0.1")
        let request = try HostedRequest(
            method, target, parameters: parameters, peer: peer, body: Array(body.utf8))
        let response = try await route.handler(request)
        let bytes = Mutex<[UInt8]>([])
        switch response.body {
        case .empty: break
        case .bytes(let all): bytes.withLock { $0 = all }
        case .stream(let produce), .sizedStream(_, let produce):
            try await produce(
                BodyWriter { part in
                    guard !hasGone else { throw ClientGone() }
                    bytes.withLock { $0 += part }
                })
        }
        return Answer(status: response.status.code, json: try JSONValue(parsing: bytes.withLock { $0 }))
    }

    /// Whether a pull waits for messages, beyond its first look.
    func waitsLong(_ subscription: String) throws -> Bool {
        let soon = pubsub.hub.clock.uptime() + .seconds(1)
        return try pubsub.hub.subscriber(subscription).state.withLock { state in
            state.waiters.values.contains { $0.deadline > soon }
        }
    }

    /// Asks what must go well.
    @discardableResult
    func done(
        _ method: HTTPRequest.Method, _ target: String, _ body: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONObject {
        let answer = try await ask(method, target, body)
        #expect(answer.status == 200, "\(target): \(answer.json)", sourceLocation: sourceLocation)
        return answer.json.object ?? JSONObject()
    }
}
