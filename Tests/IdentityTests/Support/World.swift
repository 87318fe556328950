import CoreMetrics
import Database
import Datastore
import Foundation
import Instruments
import Logging
import SQLiteEngine
import Settings
import Synchronization
import TestSupport
import Transfer

@testable import Identity

/// A data directory of its own and a clock that is moved by hand; identities come and go in it as daemons do.
final class World: Sendable {
    static let project = "my-project"
    static let service = "hello-world-service"
    static let url = "http://127.0.0.1:8080"
    static let admin = "http://127.0.0.1:9400"

    let folder: String
    let registry = MetricRegistry()
    let transfer = TransferClient()
    private let time = Mutex(Timestamp(microseconds: 1_795_000_000_000_000))
    private let file: DatabaseFile
    private let engine: SQLiteEngine

    var now: Timestamp { time.withLock { $0 } }
    var keys: String { folder + "/keys" }

    /// Opens a world, does the body in it, and clears it away.
    static func with(_ body: (World) async throws -> Void) async throws {
        let world = try World()
        do {
            try await body(world)
        } catch {
            try await world.close()
            throw error
        }
        try await world.close()
    }

    private init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "identity-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let configuration = DatabaseConfiguration(
            path: folder + "/state.db", applicationID: 1, synchronous: .normal, migrations: SQLiteEngine.migrations,
            name: "state")
        file = try DatabaseFile.open(configuration, metrics: NOOPMetricsHandler.instance, logger: Self.quiet) { _ in }
        engine = SQLiteEngine(database: file)
    }

    private func close() async throws {
        await transfer.shutdown()
        try await file.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }

    /// What a daemon that starts now has.
    func identities(
        trusting issuers: [TrustedIssuer] = [], skew: Duration = .seconds(60), audiences: [String] = ["custom"]
    ) async throws -> Identities {
        try await Identities(
            datastore: try await Datastore(
                engine: engine, metrics: NOOPMetricsHandler.instance, logger: Self.quiet),
            keysFolder: keys, project: Self.project, services: [Self.service, "message-board-service"],
            settings: IdentitySettings(trustedIssuers: issuers, clockSkew: skew), issuer: { "http://issuer.test" },
            audiences: { name in
                ServiceAudiences(
                    urls: name == Self.service
                        ? [Self.url, "https://hello.example.org"] : name == "admin" ? [Self.admin] : [],
                    others: audiences)
            },
            transfer: transfer, keyTimeout: patience, metrics: registry, logger: Self.quiet, now: { self.now })
    }

    /// The names of the key files.
    func keyFiles() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: keys).sorted() }

    /// Whether a metric's line stands in the exposition.
    func shows(_ line: String) -> Bool {
        String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n").contains { $0 == line }
    }
}

extension Identities {
    static let pusher = "pusher-one@my-project.iam.gserviceaccount.com"

    /// Makes an account that may call the service.
    func createPusher() async throws {
        _ = try await createAccount("pusher-one")
        _ = try await bind(.serviceAccount(Self.pusher), to: .invoker, on: .service(World.service))
    }

    /// An ID token of an account.
    func identityToken(for account: String, audience: String) async throws -> String {
        try await identityToken(of: account, audience: audience).token
    }

    /// What becomes of a request to the admin interface with this token.
    func adminOutcome(token: String) async -> String {
        await Self.outcome(mayEnter(admin: "admin", authorization: ["Bearer \(token)"]))
    }

    /// What becomes of a request with these Authorization headers: `ok`, `ok EMAIL`, or the code of the refusal.
    func outcome(_ authorization: [String], service: String = World.service) async -> String {
        await Self.outcome(mayInvoke(service, authorization: authorization))
    }

    private static func outcome(_ answer: InvocationAnswer) async -> String {
        let verdict =
            switch answer {
            case .now(let verdict): verdict
            case .later(let verdict): await verdict()
            }
        return switch verdict {
        case .allowed(nil): "ok"
        case .allowed(.some(let principal)): "ok \(principal.email)"
        case .refused(let failure, _, _): failure.rawValue
        }
    }

    func outcome(token: String, service: String = World.service) async -> String {
        await outcome(["Bearer \(token)"], service: service)
    }
}
