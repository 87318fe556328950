import CoreMetrics
import HTTPTypes
import Health
import Hosting
import Instruments
import JSON
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
        service = MetricsService(health: health, version: "1.2.3") { format in
            Array((format == .text ? "# metrics\n" : "# EOF\n").utf8)
        }
    }

    private func get(
        _ target: String, accept: String? = nil
    ) async throws -> (status: Int, type: String?, text: String) {
        let request = try HostedRequest(.get, target, headers: accept.map { [.accept: $0] } ?? [:])
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

    @Test("Who asks for OpenMetrics gets it; who asks for what there is not gets the text form")
    func negotiation() async throws {
        let open = try await get("/metrics", accept: "application/openmetrics-text;version=1.0.0,*/*;q=0.1")
        #expect(open.type == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(open.text == "# EOF\n")
        for accept in ["*/*", "image/png", "", "garbage;;;=", "application/openmetrics-text;version=0.0.1"] {
            #expect(try await get("/metrics", accept: accept).type == "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    @Test("Who asks for gzip gets it, and caches are told on what the answer depends")
    func gzip() async throws {
        let route = try #require(service.routes.first { $0.path == "/metrics" })
        let packed = try await route.handler(HostedRequest(.get, "/metrics", headers: [.acceptEncoding: "gzip"]))
        #expect(packed.headers[.contentEncoding] == "gzip")
        #expect(packed.headers[.vary] == "Accept, Accept-Encoding")
        let bare = try await route.handler(HostedRequest(.get, "/metrics"))
        #expect(bare.headers[.contentEncoding] == nil)
        #expect(bare.headers[.vary] == "Accept, Accept-Encoding")
    }

    @Test("Health is JSON for those who ask for it, with the same status code")
    func healthDocument() async throws {
        for (accept, type) in [
            ("application/health+json", "application/health+json"), ("application/json", "application/json"),
            ("application/*, text/plain;q=0.5", "application/health+json"),
        ] {
            let answer = try await get("/readyz", accept: accept)
            #expect(answer.status == 503 && answer.type == type)
            let document = try #require(try JSONValue(parsing: Array(answer.text.utf8)).object)
            #expect(document["status"] == "fail" && document["releaseId"] == "1.2.3")
            let checks = try #require(document["checks"]?.object)
            #expect(checks.members.map(\.name) == ["database", "disk", "phase"])
            let disk = try #require(checks["disk"]?.array?.first?.object)
            #expect(disk["status"] == "fail" && disk["output"] == "12 MiB free")
            #expect(disk["time"]?.string?.hasSuffix("Z") == true)
            #expect(checks["database"]?.array?.first?.object?["output"] == nil)
            #expect(checks["phase"]?.array?.first?.object?["output"] == "starting")
        }
        health.enter(.serving)
        let passing = try await get("/livez?verbose", accept: "application/health+json")
        #expect(passing.status == 200 && passing.text.contains(#""status":"pass""#))
        for accept in ["*/*", "text/plain, application/health+json;q=0.9", "garbage", "text/html, */*;q=0.8"] {
            #expect(try await get("/livez", accept: accept).text == "ok")
        }
    }

    @Test("A warning is JSON's warn, and 200")
    func warning() async throws {
        let check = HealthCheck(name: "slow") { .warn("slower than usual") }
        let health = HealthMonitor(
            checks: [check], metrics: NOOPMetricsHandler.instance, logger: Logger(label: "test"))
        health.enter(.serving)
        let route = HealthRoute(endpoint: .all, health: health, version: "1").route
        let response = try await route.handler(
            HostedRequest(.get, "/healthz", headers: [.accept: "application/health+json"]))
        #expect(response.status == .ok)
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false), "no body") }
        let document = try #require(try JSONValue(parsing: bytes).object)
        #expect(document["status"] == "warn" && document["output"] == "slower than usual")
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
