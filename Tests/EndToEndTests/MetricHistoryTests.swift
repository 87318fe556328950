import Foundation
import JSON
import TestSupport
import Testing
import Transfer

@Suite("The history of metrics, with the real daemon at a short interval", .timeLimit(.minutes(20)))
struct MetricHistoryTests {
    private static let settings = [
        "metric_history.interval": "100ms", "metric_history.tiers": "100ms:2h,1s:6h",
    ]
    private static let requests =
        #"http_server_request_duration_seconds{service="hello-world-service",http_response_status_code="200"}"#

    /// The increases of all points of the one series.
    private func sum(_ result: CommandResult, _ member: String) throws -> Double {
        let points = try result.jsonLines().flatMap { $0.object?["points"]?.array ?? [] }
        return points.reduce(0.0) { sum, point in
            switch point.object?[member] {
            case .double(let value)?: sum + value
            case .integer(let value)?: sum + Double(value)
            default: sum
            }
        }
    }

    @Test("each request is in it once, over a stop and a kill, and charts are drawn")
    func history() async throws {
        var daemon = try await TestDaemon.start(settings: Self.settings)
        let purges = try await daemon.pausePurges()
        let client = TransferClient()
        for _ in 0..<200 { _ = try await client.get(daemon.url("hello-world-service", "/")) }
        try await eventually("the history has the requests") {
            let result = try await daemon.trivetctl(
                "metrics", "query", Self.requests, "--since", "15m", "--format", "ndjson")
            return try result.status == 0 && sum(result, "count") == 200
        }
        let list = try await daemon.trivetctl("metrics", "list", "--format", "ndjson").jsonLines()
        let names = Set(list.compactMap { $0.object?["name"]?.string })
        for name in ["process_resident_memory_bytes", "trivet_request_log_served_total", "trivet_build_info"] {
            #expect(names.contains(name))
        }
        let quantile = try await daemon.trivetctl(
            "metrics", "query", Self.requests, "--quantile", "0.99", "--since", "15m", "--step", "10m", "--format",
            "value(points)")
        #expect(quantile.output.contains("\"value\":"), "\(quantile.output)\(quantile.errors)")
        let chart = try await daemon.trivetctl("metrics", "query", "process_resident_memory_bytes", "--since", "15m")
        #expect(chart.output.hasPrefix("process_resident_memory_bytes  min "), "\(chart.output)\(chart.errors)")
        #expect(!chart.output.contains("\u{1B}"))
        #expect(try await daemon.trivetctl("metrics", "query", "no_such_metric").status == 5)
        #expect(try await daemon.trivetctl("metrics", "query", "process_resident_memory_bytes", "--rate").status == 2)
        #expect(await daemon.stop() == .exited(0))

        daemon = try await TestDaemon.start(in: daemon.folder, settings: Self.settings)
        for _ in 0..<50 { _ = try await client.get(daemon.url("hello-world-service", "/")) }
        try await eventually("the history goes on where it stopped") {
            let result = try await daemon.trivetctl(
                "metrics", "query", Self.requests, "--since", "15m", "--format", "ndjson")
            return try sum(result, "count") == 250
        }
        let seen = Date().timeIntervalSince1970
        try await eventually("what was sampled is in the file") {
            let written = try await daemon.metrics()["trivet_metric_history_last_write_timestamp_seconds"]
            return written ?? 0 > seen
        }
        await daemon.kill()
        daemon = try await TestDaemon.start(in: daemon.folder, settings: Self.settings)
        for step in ["100ms", "1s"] {
            let result = try await daemon.trivetctl(
                "metrics", "query", Self.requests, "--since", "15m", "--step", step, "--format", "ndjson")
            #expect(try sum(result, "count") == 250, "\(result.output)\(result.errors)")
        }
        let rate = try await daemon.trivetctl(
            "metrics", "query", "trivet_request_log_served_total", "--rate", "--since", "15m", "--step", "1s",
            "--format",
            "ndjson")
        // A purge that came before they were paused was a request, too.
        #expect(try sum(rate, "sum") == 250 + Double(purges), "\(rate.output)\(rate.errors)")
        await client.shutdown()
    }
}
