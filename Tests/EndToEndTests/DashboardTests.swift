import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// The dashboard and the rules, as Debian's Prometheus reads them.
@Suite("Dashboards and rules", .timeLimit(.minutes(20)))
struct DashboardTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "dashboards")
    private static let prometheus = folder.appending(path: "prometheus")

    @Test(
        "promtool finds the scrape settings and the rules good, and the rules do what their tests say",
        arguments: [
            ["check", "config", "prometheus.yml"], ["check", "rules", "rules.yml"],
            ["test", "rules", "rules_test.yml"],
        ])
    func promtool(arguments: [String]) async throws {
        let file = Self.prometheus.appending(path: try #require(arguments.last)).path
        let result = try await run("promtool", arguments.dropLast() + [file])
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test("every alert has a test in which it fires, with a severity, a summary and what to do")
    func alerts() throws {
        let rules = contents(of: Self.prometheus.appending(path: "rules.yml").path)
        let tests = contents(of: Self.prometheus.appending(path: "rules_test.yml").path)
        let alerts = rules.components(separatedBy: "- alert: ").dropFirst()
        #expect(alerts.count > 10)
        for alert in alerts {
            let name = String(alert.prefix { $0.isLetter })
            for part in ["severity: ", "summary: ", "description: "] {
                #expect(alert.contains(part), "\(name) has no \(part)")
            }
            let fires = tests.components(separatedBy: "- alertname: ").contains {
                $0.hasPrefix(name + "\n") && $0.contains("exp_alerts:")
            }
            #expect(fires, "no test makes \(name) fire")
        }
    }

    @Test("panels have ids and places of their own, and say what they show")
    func layout() throws {
        let dashboard = try Dashboard(contents: Self.folder.appending(path: "grafana/trivet-overview.json"))
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        for (index, panel) in dashboard.panels.enumerated() {
            #expect(panel.isRow || !panel.queries.isEmpty, "\(panel.title) has no query")
            #expect(panel.isRow || !panel.description.isEmpty, "\(panel.title) is not described")
            #expect(panel.place.left >= 0 && panel.place.right <= 24, "\(panel.title) stands out")
            for other in dashboard.panels[..<index] {
                #expect(!panel.place.overlaps(other.place), "\(panel.title) covers \(other.title)")
            }
        }
    }

    @Test("under traffic every variable has values, every panel's query data, and every rule is evaluated")
    func data() async throws {
        let daemon = try await TestDaemon.start()
        let dashboard = try Dashboard(contents: Self.folder.appending(path: "grafana/trivet-overview.json"))
        let server = try await PrometheusServer.start(
            settings: Self.prometheus, target: try #require(daemon.addresses["metrics"]))
        let traffic = Task { while !Task.isCancelled { try await Self.traffic(daemon) } }
        defer { traffic.cancel() }
        _ = try await daemon.runJob("log-purge-job")

        var values: [String: [String]] = [:]
        for variable in dashboard.variables {
            let query = variable.query.replacing(values.mapValues { $0.first ?? "" })
            try await eventually("the variable \(variable.name) has values") {
                values[variable.name] = try await server.labelValues(query)
                return values[variable.name]?.isEmpty == false
            }
        }
        #expect(values["job"] == ["trivet"])
        #expect(values["instance"] == daemon.addresses["metrics"].map { [$0] })
        #expect(values["service"]?.filter { TestDaemon.services.contains($0) } == TestDaemon.services)

        // The scheduled run that the start's delay is measured of comes within a minute.
        let all = values.mapValues { $0.first ?? "" }.merging(["service": ".*", "__rate_interval": "20s"]) { $1 }
        for service in [".*"] + TestDaemon.services {
            for panel in dashboard.panels {
                for query in panel.queries where service == ".*" || query.contains("$service") {
                    let substituted = query.replacing(all.merging(["service": service]) { $1 })
                    #expect(!substituted.contains("$"), "a variable is left: \(substituted)")
                    try await eventually("\(panel.title) shows data: \(substituted)") {
                        try await server.hasData(substituted)
                    }
                }
            }
        }
        try await eventually("every rule was evaluated without an error") {
            try await server.ruleHealth().allSatisfy { $0 == "ok" }
        }
        #expect(try await server.ruleHealth().count > 15)
        for rate in ["service:http_requests:rate5m", "service:http_requests_failed:ratio_rate1h"] {
            try await eventually("\(rate) is recorded") { try await server.hasData(rate) }
        }
        // Where scrapes found no processor for a minute, the daemon counted as down.
        try await eventually("nothing is wrong") { try await !server.hasData(#"ALERTS{alertstate="firing"}"#) }
    }

    /// Some of everything that a dashboard shows, requests that are refused included.
    private static func traffic(_ daemon: TestDaemon) async throws {
        let client = TransferClient()
        _ = try await client.post(daemon.url("hello-world-service", "/api/v1/hello"), ["name": "Prometheus"])
        _ = try await client.get(daemon.url("hello-world-service", "/missing"))
        _ = try await client.post(
            daemon.url("message-board-service", "/api/v1/store"), ["name": "Bob", "message": "I am at lunch now."])
        _ = try await client.post(
            daemon.url("message-board-service", "/api/v1/retrieve"), ["name": "Bob", "limit": 10])
        _ = try await client.get(daemon.url("storage-logging-service", "/api/v1/purge"))
        // Pushed to the storage logging service.
        let event: JSONValue = ["data": "e30=", "attributes": ["eventType": "OBJECT_FINALIZE"]]
        _ = try await client.post(
            daemon.url("admin", "/v1/projects/my-project/topics/storage-event:publish"), ["messages": [event]])
        await client.shutdown()
        try await Task.sleep(for: .milliseconds(100))
    }
}

extension String {
    /// The text with each `$name` replaced, the longest names first.
    func replacing(_ variables: [String: String]) -> String {
        variables.sorted { $0.key.count > $1.key.count }.reduce(self) { text, variable in
            text.replacing("$" + variable.key, with: variable.value)
        }
    }
}
