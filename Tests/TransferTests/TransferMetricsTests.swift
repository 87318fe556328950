import Instruments
import TestSupport
import Testing

@testable import Transfer

@Suite("The metrics of outgoing HTTP")
struct TransferMetricsTests {
    let registry = MetricRegistry()

    private func lines(_ name: String) -> [Substring] {
        String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix(name) }
    }

    @Test("a call is counted by method, status and server; its errors by their kind")
    func calls() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = TransferClient(metrics: registry)
        _ = try await client.execute(TransferRequest.patient(url: server.url + "/hello"))
        _ = try await client.execute(
            TransferRequest.patient(method: "BREW", url: server.url + "/hello", peerName: "pot"))
        let stream = try await client.stream(TransferRequest.patient(url: server.url + "/hello"))
        #expect(lines("http_client_active_requests").contains { $0.hasSuffix(" 1") || $0.hasSuffix(" 0") })
        for try await _ in stream.body {}
        _ = try? await client.execute(TransferRequest.patient(url: "http://127.0.0.1:1/"))
        _ = try? await client.execute(TransferRequest.patient(url: "ftp://127.0.0.1/"))
        let port = server.port
        let address = #"server_address="127.0.0.1",server_port="\#(port)""#
        #expect(
            lines("http_client_request_duration_seconds_count") == [
                #"http_client_request_duration_seconds_count{error_type="couldNotConnect",http_request_method="GET",server_address="127.0.0.1",server_port="1"} 1"#,
                #"http_client_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",\#(address)} 2"#,
                #"http_client_request_duration_seconds_count{http_request_method="_OTHER",http_response_status_code="200",server_address="pot"} 1"#,
            ])
        #expect(lines("http_client_active_requests").allSatisfy { $0.hasSuffix(" 0") })
        #expect(registry.undescribed.isEmpty && registry.rejections.isEmpty)
        await client.shutdown()
    }

    @Test("an answer of 4xx or 5xx is an error of its status; one that HTTP does not know is _other")
    func statuses() {
        let metrics = TransferMetrics(registry)
        for status in [404, 503, 999, 0, 204] {
            metrics.begin(TransferRequest.patient(url: "http://a/", peerName: "a")).end(.success(status))
        }
        let labels = lines("http_client_request_duration_seconds_count").map { line in
            line.drop { $0 != "{" }.dropFirst().prefix { $0 != "}" }
        }
        #expect(
            labels == [
                #"error_type="404",http_request_method="GET",http_response_status_code="404",server_address="a""#,
                #"error_type="503",http_request_method="GET",http_response_status_code="503",server_address="a""#,
                #"error_type="_other",http_request_method="GET",http_response_status_code="_other",server_address="a""#,
                #"http_request_method="GET",http_response_status_code="204",server_address="a""#,
            ])
    }

    @Test("servers beyond the bound are one, whatever their names")
    func servers() {
        let metrics = TransferMetrics(registry)
        for number in 0..<200 {
            metrics.begin(TransferRequest.patient(url: "http://host\(number)/")).end(.success(200))
        }
        let long = String(repeating: "a", count: 300)
        metrics.begin(TransferRequest.patient(url: "http://\(long)/")).end(.success(200))
        #expect(lines("http_client_request_duration_seconds_count").count == TransferMetrics.mostServers + 1)
        let other = lines("http_client_request_duration_seconds_count").filter { $0.contains(#"="_other""#) }
        #expect(other.count == 1 && other[0].hasSuffix(" 151"))
    }

    @Test(
        "host and port of a URL",
        arguments: [
            ("http://Example.ORG/x", "example.org", 80), ("https://a", "a", 443), ("HTTPS://a:8443?q", "a", 8_443),
            ("http://u:p@h:81/@x", "h", 81), ("http://[::1]:9/", "::1", 9), ("http://[::1]/", "::1", 80),
            ("http://h:/", "h", 80), ("http://h:99999/", "h", 80),
        ])
    func authorities(url: String, host: String, port: Int) throws {
        let authority = try #require(TransferRequest.patient(url: url).authority)
        #expect(authority.host == host && authority.port == port)
    }

    @Test("a client that is shut down has no call under way")
    func shutDown() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = TransferClient(metrics: registry)
        async let hanging: Void = {
            _ = try? await client.execute(TransferRequest.patient(url: server.url + "/hang"))
        }()
        #expect(await eventually { lines("http_client_active_requests").contains { $0.hasSuffix(" 1") } })
        await client.shutdown()
        await hanging
        _ = try? await client.execute(TransferRequest.patient(url: server.url + "/hang"))
        #expect(lines("http_client_active_requests").allSatisfy { $0.hasSuffix(" 0") })
        let failed = lines("http_client_request_duration_seconds_count").filter { $0.contains("shutDown") }
        #expect(failed.count == 1 && failed[0].hasSuffix(" 2"))
    }
}
