import CoreMetrics
import HTTPTypes
import Hosting
import JSON
import Logging
import ServiceLifecycle
import Settings
import Synchronization
import TestSupport

/// An issuer somewhere else: serves the key set that a test sets, or fails.
final class FakeIssuer: Sendable {
    private struct State {
        var status = 200
        var body: [UInt8] = []
        var cacheControl: String?
        var asked = 0
    }

    private struct Service: HostedService {
        let name = "issuer"
        let routes: [Route]
    }

    private let state = Mutex(State())

    /// How often the keys were asked for.
    var asked: Int { state.withLock { $0.asked } }

    func serve(_ keys: [JSONValue], cacheControl: String? = nil) {
        serve(bytes: (["keys": .array(keys)] as JSONValue).serialized(), cacheControl: cacheControl)
    }

    func serve(bytes: [UInt8], cacheControl: String? = nil) {
        state.withLock { state in
            state.status = 200
            state.body = bytes
            state.cacheControl = cacheControl
        }
    }

    func fail(_ status: Int) { state.withLock { $0.status = status } }

    private var routes: [Route] {
        [
            Route(.get, "/keys") { _ in
                self.state.withLock { state in
                    state.asked += 1
                    var response = HostedResponse(status: .init(code: state.status), body: .bytes(state.body))
                    response.headers[.cacheControl] = state.cacheControl
                    return response
                }
            }
        ]
    }

    /// Serves while the body runs; it is given what the settings would say.
    static func serving(_ body: (FakeIssuer, TrustedIssuer) async throws -> Void) async throws {
        let issuer = FakeIssuer()
        let limits = LimitSettings(headerTimeout: patience, bodyTimeout: patience, idleTimeout: patience)
        let hosting = HTTPHosting(
            hosts: [
                ServiceHost(
                    service: Service(routes: issuer.routes), addresses: [.tcp(host: "127.0.0.1", port: 0)],
                    recording: .metricsOnly)
            ], limits: limits, shutdownTimeout: patience, lameDuck: .zero, record: { _ in },
            metrics: NOOPMetricsHandler.instance, logger: World.quiet)
        try await hosting.bind()
        let group = ServiceGroup(services: [hosting], logger: World.quiet)
        let running = Task { try await group.run() }
        let address = hosting.boundAddresses.first?.address.description ?? ""
        do {
            try await body(
                issuer, TrustedIssuer(issuer: "https://issuer.example.org", keysURL: "http://\(address)/keys"))
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await running.value
    }
}
