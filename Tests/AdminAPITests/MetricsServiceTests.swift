import CoreMetrics
import HTTPTypes
import Health
import Hosting
import Logging
import Testing

@testable import AdminAPI

@Suite struct MetricsServiceTests {
    private let health: HealthMonitor
    private let service: MetricsService

    init() {
        let disk = HealthCheck(name: "disk", affects: [.ready]) { .fail("12 MiB free") }
        let database = HealthCheck(name: "database", affects: [.live, .ready]) { .pass }
        health = HealthMonitor(
            checks: [database, disk], metrics: NOOPMetricsHandler.instance, logger: Logger(label: "test"))
        service = MetricsService(health: health) { Array("# metrics\n".utf8) }
    }

    private func get(_ target: String) async throws -> (status: Int, type: String?, text: String) {
        let request = try HostedRequest(.get, target)
        let route = try #require(service.routes.first { $0.path == request.path })
        let response = try await route.handler(request)
        guard case .bytes(let bytes) = response.body else { return (response.status.code, nil, "") }
        return (response.status.code, response.headers[.contentType], String(decoding: bytes, as: UTF8.self))
    }

    @Test("Metrics have the content type of text format 0.0.4")
    func metrics() async throws {
        let answer = try await get("/metrics")
        #expect(answer.status == 200)
        #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
        #expect(answer.text == "# metrics\n")
    }

    @Test("Readiness is 503 until the daemon serves and every check passes; exclude leaves one out")
    func readiness() async throws {
        #expect(try await get("/readyz?exclude=disk").status == 503)
        health.enter(.serving)
        #expect(try await get("/readyz").status == 503)
        #expect(try await get("/readyz?exclude=disk").status == 200)
        #expect(try await get("/livez").status == 200)
        #expect(try await get("/livez").text == "ok")
        #expect(try await get("/healthz").status == 503)
        health.enter(.draining)
        #expect(try await get("/readyz?exclude=disk").status == 503)
    }

    @Test("verbose has a line for each check")
    func verbose() async throws {
        health.enter(.serving)
        let answer = try await get("/readyz?verbose")
        #expect(answer.text.contains("[+]database ok\n"))
        #expect(answer.text.contains("[-]disk failed: 12 MiB free\n"))
        #expect(answer.text.hasSuffix("readyz check failed\n"))
    }

    @Test("A problem is a line of text")
    func problem() {
        let response = service.render(HTTPProblem(.notFound, "no such path"))
        #expect(response.status == .notFound)
        guard case .bytes(let bytes) = response.body else {
            Issue.record("no body")
            return
        }
        #expect(String(decoding: bytes, as: UTF8.self) == "no such path\n")
    }
}
