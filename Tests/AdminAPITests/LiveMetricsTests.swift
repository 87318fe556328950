import CoreMetrics
import JSON
import TestSupport
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveMetricsTests {
    @Test("Metrics are listed and their history is shown")
    func history() async throws {
        try await LiveDaemon.run { daemon in
            // What is there at a history's first sample has an unknown past, what comes later counts from zero.
            try await eventually("the history has begun") {
                await !daemon.trivetctl("metrics", "list", "--format", "value(selector)").lines.isEmpty
            }
            let counter = Counter(
                label: "trivet_things_total", dimensions: [("kind", "a \"quoted\" one")], factory: daemon.registry)
            let timer = Timer(label: "trivet_work_seconds", factory: daemon.registry)
            for _ in 0..<100 {
                counter.increment()
                timer.recordNanoseconds(3_000_000)
            }
            let selector = #"trivet_things_total{kind="a \"quoted\" one"}"#
            // The history samples by itself.
            var lines: [String] = []
            try await eventually("a sample is there") {
                lines = await daemon.trivetctl(
                    "metrics", "list", "--name", "trivet_things_total", "--format", "value(kind,selector)"
                ).lines
                return !lines.isEmpty
            }
            #expect(lines == ["counter\t\(selector)"])
            // The first sample may have come in the middle of the loop above, so the next one is waited for.
            for (arguments, expected) in [
                ([selector, "--since", "50m"], "\"value\":100"),
                (["trivet_work_seconds", "--quantile", "1"], "\"value\":0.005"),
            ] {
                let query = ["metrics", "query"] + arguments + ["--step", "10m", "--format", "value(points)"]
                try await eventually("all is in the history: \(expected)") {
                    let result = await daemon.trivetctl(query)
                    try #require(result.exit == 0, "\(result.words)")
                    return result.lines.first?.contains(expected) == true
                }
            }
            let chart = await daemon.trivetctl("metrics", "query", selector)
            #expect(chart.exit == 0)
            #expect(chart.lines.first?.hasPrefix("trivet_things_total{kind=") == true)
        }
    }

    @Test(
        "Queries that make no sense are refused with 400, metrics that are not there with 404",
        arguments: [
            ("", 400), ("selector=", 400), ("selector=a%7Bb%3D1%7D", 400), ("selector=nothing_total", 404),
            ("selector=x&rate=perhaps", 400), ("selector=x&quantile=2", 400), ("selector=x&quantile=nan", 400),
            ("selector=x&rate=true&quantile=0.5", 400), ("selector=x&step=soon", 400), ("selector=x&step=0s", 400),
            ("selector=x&since=1h&until=2h", 400), ("selector=x&color=red", 400),
            ("selector=x&since=1900-01-01T00:00:00Z&step=1s", 400),
        ])
    func refusals(query: String, status: Int) async throws {
        try await LiveDaemon.run { daemon in
            let answer = try await daemon.ask("GET", "/admin/v1/metrics:query?\(query)")
            #expect(answer.status == status, "\(answer.json)")
        }
    }
}
