import Foundation
import JSON
import TestSupport
import Testing
import Transfer

@Suite("What the operator sees: metrics, health, the request log")
struct ObservabilityTests {
    @Test("promtool check metrics has nothing to say")
    func promtool() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        for service in TestDaemon.services { _ = try await client.get(daemon.url(service, "/")) }
        _ = try await client.get(daemon.url("hello-world-service", "/unknown"))
        _ = try await client.post(
            daemon.url("message-board-service", "/api/v1/store"), ["name": "a", "message": "b"])
        let exposition = try await client.get(daemon.url("metrics", "/metrics"))
        #expect(exposition.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        let checked = try await run("promtool", ["check", "metrics"], input: exposition.text)
        #expect(checked.status == 0, "\(checked.output)\(checked.errors)")
        #expect((checked.output + checked.errors).isEmpty)
        await client.shutdown()
    }

    @Test("the three health paths answer as Kubernetes' do")
    func health() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        for path in ["/livez", "/readyz", "/healthz"] {
            // A check that a busy machine is too slow for does not pass.
            try await eventually("\(path) passes") {
                let plain = try await client.get(daemon.url("metrics", path))
                return plain.status == 200 && plain.text == "ok"
            }
            try await eventually("\(path) tells its checks") {
                let verbose = try await client.get(daemon.url("metrics", path + "?verbose"))
                return verbose.text.hasSuffix("\(path.dropFirst()) check passed\n")
            }
        }
        let verbose = try await client.get(daemon.url("metrics", "/readyz?verbose")).text
        #expect(verbose.contains("[+]") && verbose.contains(" ok\n"), "\(verbose)")
        await client.shutdown()
    }

    @Test("requests served = stored + sampled out + dropped, also after a stop", arguments: ["1.0", "0.5", "0.0"])
    func conservation(sample: String) async throws {
        let daemon = try await TestDaemon.start(settings: ["request_log.sample": sample])
        let purges = try await daemon.pausePurges()
        let served = 400 + purges
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<4 {
                group.addTask {
                    let transfers = TransferClient()
                    for number in 0..<100 {
                        let path = number % 7 == 0 ? "/missing" : "/"
                        _ = try await transfers.get(daemon.url(TestDaemon.services[client % 3], path))
                    }
                    await transfers.shutdown()
                }
            }
            try await group.waitForAll()
        }
        var samples: [String: Double] = [:]
        func sum(_ name: String) -> Double {
            samples.filter { $0.key == name || $0.key.hasPrefix(name + "{") }.map(\.value).reduce(0, +)
        }
        try await eventually("every record is accounted for") {
            samples = try await daemon.metrics()
            return sum("trivet_request_log_served_total") == Double(served)
                && sum("trivet_request_log_stored_total") + sum("trivet_request_log_sampled_out_total")
                    + sum("trivet_request_log_dropped_total") == Double(served)
        }
        let stored = sum("trivet_request_log_stored_total")
        #expect(await daemon.stop() == .exited(0))
        let rows = try await run(
            "sqlite3", [daemon.folder.file("data/telemetry.db"), "SELECT count(*) FROM request_record"])
        #expect(rows.output == "\(Int(stored))\n")
        switch sample {
        case "1.0": #expect(stored == Double(served))
        case "0.0": #expect(stored == 0)
        default: #expect(stored > 0 && stored < Double(served))
        }
    }

    @Test("logs tail shows each request once, and goes on where it stopped")
    func tail() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        for number in 0..<30 { _ = try await client.get(daemon.url("hello-world-service", "/?n=\(number)")) }
        // The minute's purge is a request, too.
        let mine = ["--service", "hello-world-service", "--format", "ndjson"]
        var all: [JSONValue] = []
        // A record follows its answer's last byte.
        try await eventually("all records are there") {
            all = try await daemon.trivetctl(["logs", "read", "--limit", "100"] + mine).jsonLines()
            return all.count >= 30
        }
        #expect(all.count == 30)
        let ids = all.compactMap { $0.object?["insertId"]?.string }
        #expect(ids == ids.sorted(by: >), "newest first")
        let tailed = try await daemon.trivetctl(
            ["logs", "tail", "--after", try #require(ids.last), "--limit", "29"] + mine)
        #expect(try tailed.jsonLines().compactMap { $0.object?["insertId"]?.string } == ids.dropLast().reversed())
        let missing = try await daemon.trivetctl(["logs", "read", "--status", "5xx"] + mine)
        #expect(missing.output.isEmpty)
        await client.shutdown()
    }
}
