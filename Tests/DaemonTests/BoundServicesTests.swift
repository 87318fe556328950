import CoreMetrics
import Hosting
import Logging
import ServiceLifecycle
import Settings
import TestSupport
import Testing
import Transfer

@testable import Daemon

@Suite struct BoundServicesTests {
    private struct Service: HostedService {
        let name: String
        var routes: [Route] { [] }
    }

    @Test("A URL names a service wherever that listens, but not the admin's socket, where the daemon is its owner")
    func endpoints() async throws {
        let folder = try TestFolder()
        func host(_ name: String) -> ServiceHost {
            ServiceHost(service: Service(name: name), addresses: [.unix(path: folder.file("\(name).sock"))])
        }
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let hosting = HTTPHosting(
            hosts: [host("hello-world-service"), host(AdminInterface.service)], limits: LimitSettings(),
            shutdownTimeout: patience, lameDuck: .zero, record: { _ in }, metrics: NOOPMetricsHandler.instance,
            logger: quiet)
        try await hosting.bind()
        let group = ServiceGroup(services: [hosting], logger: quiet)
        async let ended: Void = group.run()
        let services = BoundServices()
        services.serve(hosting)
        let socket = folder.file("hello-world-service.sock")
        #expect(services.endpoint(of: "http://hello-world-service/api/v1/hello").unixSocketPath == socket)
        for url in ["http://admin/admin/v1/status", "http://admin?x", "http://admin"] {
            #expect(services.endpoint(of: url).unixSocketPath == nil, "\(url)")
        }
        await group.triggerGracefulShutdown()
        try await ended
    }
}
