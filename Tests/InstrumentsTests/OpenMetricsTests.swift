import CoreMetrics
import Testing

@testable import Instruments

@Suite("The exposition in OpenMetrics")
struct OpenMetricsTests {
    let registry = MetricRegistry()

    private var text: String { String(decoding: registry.exposition(.openMetrics), as: UTF8.self) }

    @Test("a counter's family has no _total, its samples have, and units have a line")
    func families() {
        registry.describe("spent_seconds_total", help: "One \\ two\nthree \"four\".")
        FloatingPointCounter(label: "spent_seconds_total", dimensions: [("a", "\"\n\\")], factory: registry)
            .increment(by: 1.5)
        registry.describe("size_bytes", help: "How large.")
        Meter(label: "size_bytes", factory: registry).set(7)
        registry.describe("bare", help: "Without the suffix.")
        Counter(label: "bare", factory: registry).increment()
        #expect(
            text == """
                # TYPE bare counter
                # HELP bare Without the suffix.
                bare_total 1
                # TYPE size_bytes gauge
                # UNIT size_bytes bytes
                # HELP size_bytes How large.
                size_bytes 7
                # TYPE spent_seconds counter
                # UNIT spent_seconds seconds
                # HELP spent_seconds One \\\\ two\\nthree \\"four\\".
                spent_seconds_total{a="\\"\\n\\\\"} 1.5
                # EOF

                """)
    }

    @Test("without a metric there is the end alone")
    func empty() {
        #expect(text == "# EOF\n")
        #expect(registry.exposition() == [])
    }

    @Test("bounds of buckets are floats")
    func histogram() {
        registry.describe("wait_seconds", help: "How long.", buckets: [0.5, 1])
        Timer(label: "wait_seconds", factory: registry).recordSeconds(1)
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                #"wait_seconds_bucket{le="0.5"} 0"#, #"wait_seconds_bucket{le="1.0"} 1"#,
                #"wait_seconds_bucket{le="+Inf"} 1"#, "wait_seconds_sum 1", "wait_seconds_count 1",
            ])
    }

    @Test("where values may be negative, there is neither sum nor count")
    func negative() {
        registry.describe("offset", help: "Either way.", buckets: [-1, 0, 1])
        Recorder(label: "offset", factory: registry).record(-0.5)
        #expect(!text.contains("offset_sum") && !text.contains("offset_count"))
        #expect(text.contains("offset_bucket{le=\"-1.0\"} 0\noffset_bucket{le=\"0.0\"} 1\n"))
    }

    @Test(
        "numbers in their canonical form",
        arguments: [
            (0.001, "0.001"), (0.1, "0.1"), (1, "1.0"), (10, "10.0"), (100_000, "100000.0"), (1e6, "1e+06"),
            (1e10, "1e+10"), (1e16, "1e+16"), (268_435_456, "2.68435456e+08"), (1_234_567.5, "1.2345675e+06"),
            (0.0001, "0.0001"), (0.00001, "1e-05"), (1e-10, "1e-10"), (-2_000_000, "-2e+06"), (0, "0.0"),
            (.infinity, "+Inf"),
        ])
    func canonical(value: Double, text: String) {
        #expect(ExpositionWriter.float(value) == text)
    }

    @Test("no family takes a name that another one has in either form")
    func conflicts() {
        Counter(label: "things_total", factory: registry).increment()
        Meter(label: "things", factory: registry).set(1)
        Meter(label: "things_created", factory: registry).set(1)
        Counter(label: "things", factory: registry).increment()
        #expect(registry.rejections.map(\.name) == ["things", "things_created", "things"])
        #expect(text.split(separator: "\n").filter { !$0.hasPrefix("#") } == ["things_total 1"])
    }
}
