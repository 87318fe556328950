import CoreMetrics
import Instruments
import TestSupport
import Testing

/// Prometheus' own checker reads the exposition. It comes with Debian's package `prometheus`; where it is missing the
/// test fails rather than pass unseen.
@Suite("The exposition, read by promtool")
struct PromtoolTests {
    @Test("promtool has nothing to say about counters, gauges, histograms and the process' metrics")
    func everything() async throws {
        let registry = MetricRegistry()
        ProcessMetrics(version: "0.1.0 \"\\\n").register(in: registry)
        registry.describe("trivet_things_total", help: "Things with a \\ and a\nline feed.")
        for label in ["plain", "", "with \"quotes\"", "back\\slash", "line\nfeed", "ünï", "\u{1}\u{7F}"] {
            Counter(label: "trivet_things_total", dimensions: [("label", label), ("other", "x")], factory: registry)
                .increment()
        }
        registry.describe("trivet_level", help: "A level.")
        Meter(label: "trivet_level", factory: registry).set(-1.5e-9)
        registry.describe("trivet_wait_seconds", help: "How long.")
        for queue in ["a", "b"] {
            let timer = Timer(label: "trivet_wait_seconds", dimensions: [("queue", queue)], factory: registry)
            for microseconds in [1, 99, 5000, 100_000_000] { timer.recordMicroseconds(microseconds) }
        }
        registry.describe("trivet_batch_size", help: "How many.")
        Recorder(label: "trivet_batch_size", factory: registry).record(17)
        let (status, words) = try await check(registry.exposition())
        #expect(status == 0, "\(words)")
        #expect(words == "")
        #expect(registry.rejections.isEmpty)
        #expect(registry.undescribed.isEmpty)
    }

    @Test("promtool does complain where there is a reason, so the test above tells something")
    func complaint() async throws {
        let registry = MetricRegistry()
        Counter(label: "trivet_things", factory: registry).increment()
        let (status, words) = try await check(registry.exposition())
        #expect(status != 0)
        #expect(words.contains("_total"))
    }

    private func check(_ exposition: [UInt8]) async throws -> (status: Int32, words: String) {
        let result = try await run(
            "promtool", ["check", "metrics"], input: String(decoding: exposition, as: UTF8.self))
        return (result.status, result.output + result.errors)
    }
}
