import Foundation
import JSON
import TestSupport
import Testing
import Transfer

@Suite("The exposition, read by those who will read it", .timeLimit(.minutes(20)))
struct ExpositionTests {
    /// Parses stdin strictly and prints each family with its kind, unit and number of samples.
    private static let parser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
        for family in parse(sys.stdin.read()):
            print(family.name, family.type, family.unit or "-", len(family.samples))
        """

    private func daemonWithTraffic(_ settings: [String: String] = [:]) async throws -> TestDaemon {
        let daemon = try await TestDaemon.start(settings: settings)
        let client = TransferClient()
        for service in TestDaemon.services { _ = try await client.get(daemon.url(service, "/")) }
        _ = try await client.get(daemon.url("hello-world-service", "/\"\\\n".replacing("\n", with: "%0A")))
        await client.shutdown()
        let run = try await daemon.runJob("log-purge-job")
        #expect(run.status == 0, "\(run.errors)")
        return daemon
    }

    private func get(_ url: String, _ headers: [TransferHeader]) async throws -> Answer {
        let client = TransferClient()
        let answer = Answer(try await client.execute(TransferRequest.patient(url: url, headers: headers)))
        await client.shutdown()
        return answer
    }

    @Test("the strict parser of Prometheus' Python client takes the OpenMetrics form")
    func openMetrics() async throws {
        let daemon = try await daemonWithTraffic()
        let accept = TransferHeader("Accept", "application/openmetrics-text; version=1.0.0")
        let answer = try await get(daemon.url("metrics", "/metrics"), [accept])
        #expect(answer.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
        #expect(answer.text.hasSuffix("\n# EOF\n"))
        let parsed = try await PythonEnvironment.run(Self.parser, input: answer.text)
        #expect(parsed.status == 0, "\(parsed.errors)")
        let families = parsed.output.split(separator: "\n").map { $0.split(separator: " ") }
        func family(_ name: String) -> [Substring] { families.first { $0[0] == name } ?? [] }
        #expect(family("process_cpu_seconds").prefix(3) == ["process_cpu_seconds", "counter", "seconds"])
        #expect(family("process_resident_memory_bytes").dropFirst().prefix(2) == ["gauge", "bytes"])
        #expect(family("http_server_request_duration_seconds").dropFirst().prefix(2) == ["histogram", "seconds"])
        #expect(family("trivet_request_log_served").dropFirst().first == "counter")
        // The scheduler's call, by the service's name.
        let call = answer.text.split(separator: "\n").first {
            $0.hasPrefix("http_client_request_duration_seconds_count{")
                && $0.contains(#"server_address="storage-logging-service""#)
        }
        #expect(call?.contains(#"http_response_status_code="200""#) == true)
        // The parser is one that complains.
        let cut = try await PythonEnvironment.run(Self.parser, input: String(answer.text.dropLast("# EOF\n".count)))
        #expect(cut.status != 0)
    }

    @Test("gzip's own program and curl read the compressed form, which is the same in small")
    func gzip() async throws {
        let daemon = try await daemonWithTraffic()
        let url = try daemon.url("metrics", "/metrics")
        let packed = try await get(url, [TransferHeader("Accept-Encoding", "gzip, deflate;q=0.5")])
        #expect(packed.headers["Content-Encoding"] == "gzip")
        #expect(packed.headers["Vary"] == "Accept, Accept-Encoding")
        let plain = try await get(url, [TransferHeader("Accept-Encoding", "gzip;q=0")])
        #expect(plain.headers["Content-Encoding"] == nil)
        #expect(packed.body.count < plain.body.count / 4)
        let read = try await run("curl", ["-sS", "--noproxy", "*", "--compressed", url])
        #expect(read.output.hasPrefix("# HELP ") && read.output.contains("\ntrivet_build_info{"))
        let head = try await run("curl", ["-sSI", "--noproxy", "*", "-H", "Accept-Encoding: gzip", url])
        #expect(head.output.contains("Content-Encoding: gzip"))
    }

    @Test("Prometheus itself scrapes it, with its own headers")
    func prometheus() async throws {
        let daemon = try await daemonWithTraffic()
        let target = try #require(daemon.addresses["metrics"])
        let server = try await PrometheusServer.start(
            configuration: """
                global: {scrape_interval: 1s, scrape_timeout: 1s}
                scrape_configs:
                  - job_name: trivet
                    static_configs: [{targets: ["\(target)"]}]

                """)
        // A scrape that a busy machine is too slow for takes all of it away, until the next one.
        for query in ["up", "trivet_build_info"] {
            try await eventually("Prometheus has \(query)") { try await server.value(query) == "1" }
        }
        // OpenMetrics was what it asked for: only there bounds of whole numbers are floats.
        let bucket = #"http_server_request_duration_seconds_bucket{le="1.0"}"#
        try await eventually("Prometheus has \(bucket)") { try await server.value(bucket) != nil }
    }

    @Test("health as JSON has the status codes of the text")
    func health() async throws {
        let daemon = try await TestDaemon.start()
        for path in ["/livez", "/readyz", "/healthz"] {
            var answer: Answer?
            // A check that a busy machine is too slow for does not pass.
            try await eventually("\(path) passes") {
                answer = try await get(
                    daemon.url("metrics", path),
                    [TransferHeader("Accept", "application/health+json, text/plain;q=0.1")])
                return answer?.status == 200
            }
            let passing = try #require(answer)
            #expect(passing.headers["Content-Type"] == "application/health+json")
            let document = try passing.json().object
            #expect(["pass", "warn"].contains(document?["status"]?.string))
            #expect(document?["checks"]?.object?["database"]?.array?.first?.object?["status"] == "pass")
        }
    }

    @Test("more series than the settings allow are one, and the daemon says so")
    func bound() async throws {
        let daemon = try await daemonWithTraffic(["metrics.max_series": "40"])
        let samples = try await daemon.metrics()
        let folded = samples.filter { $0.key.hasPrefix("trivet_metrics_series_folded_total{") }
        #expect(!folded.isEmpty)
        #expect(samples.keys.contains { $0.contains(#"service="_other""#) })
        let listed = try await daemon.trivetctl("metrics", "list", "--format", "ndjson")
        #expect(listed.status == 0)
    }
}
