import CoreMetrics
import Instruments
import MetricDescribing
import Testing

@Suite("MetricRegistry")
struct MetricRegistryTests {
    let registry = MetricRegistry()

    @Test("a counter is there with zero before its first increment")
    func zero() {
        _ = Counter(label: "trivet_things_total", dimensions: [("kind", "small")], factory: registry)
        #expect(lines("trivet_things_total") == ["trivet_things_total{kind=\"small\"} 0"])
    }

    @Test("two handles of the same name and labels are one counter, in whatever order the labels come")
    func sameInstrument() {
        Counter(label: "x_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment(by: 2)
        Counter(label: "x_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        FloatingPointCounter(label: "x_total", dimensions: [("a", "1"), ("b", "2")], factory: registry)
            .increment(by: 0.5)
        #expect(lines("x_total") == ["x_total{a=\"1\",b=\"2\"} 3.5"])
    }

    @Test("labels that differ in bytes only, though canonically equal, are different series")
    func labelsByBytes() {
        Counter(label: "x_total", dimensions: [("a", "\u{E9}")], factory: registry).increment()
        Counter(label: "x_total", dimensions: [("a", "e\u{301}")], factory: registry).increment(by: 2)
        #expect(lines("x_total").count == 2)
    }

    @Test("a counter never falls")
    func negativeIncrement() {
        let counter = Counter(label: "x_total", factory: registry)
        counter.increment(by: 3)
        counter.increment(by: -2)
        let fractions = FloatingPointCounter(label: "x_total", factory: registry)
        fractions.increment(by: -1.0)
        fractions.increment(by: Double.nan)
        fractions.increment(by: Double.infinity)
        #expect(lines("x_total") == ["x_total 3"])
    }

    @Test("meters and recorders that do not aggregate are gauges")
    func gauges() {
        let meter = Meter(label: "level", factory: registry)
        meter.set(5)
        meter.increment(by: 2.5)
        meter.decrement(by: 1.0)
        Gauge(label: "other", factory: registry).record(-7)
        #expect(lines("level") == ["level 6.5"])
        #expect(lines("other") == ["other -7"])
        #expect(text().contains("# TYPE level gauge\n"))
    }

    @Test("a timer is a histogram of seconds, whose buckets are sums and whose last is the count")
    func timer() {
        registry.describe("wait_seconds", help: "How long.", buckets: [0.01, 0.1, 1])
        let timer = Timer(label: "wait_seconds", dimensions: [("q", "a")], factory: registry)
        timer.recordMilliseconds(10)
        timer.recordMilliseconds(11)
        timer.recordSeconds(2)
        #expect(
            lines("wait_seconds") == [
                #"wait_seconds_bucket{q="a",le="0.01"} 1"#,
                #"wait_seconds_bucket{q="a",le="0.1"} 2"#,
                #"wait_seconds_bucket{q="a",le="1"} 2"#,
                #"wait_seconds_bucket{q="a",le="+Inf"} 3"#,
                #"wait_seconds_sum{q="a"} 2.021"#,
                #"wait_seconds_count{q="a"} 3"#,
            ])
    }

    @Test("a latency without buckets of its own has buckets from 100 µs to 10 s")
    func defaultBuckets() {
        _ = Timer(label: "wait_seconds", factory: registry)
        let bounds = lines("wait_seconds").compactMap { $0.split(separator: "\"").dropFirst().first }
        #expect(bounds.first == "0.0001")
        #expect(bounds.dropLast().last == "10")
        #expect(bounds.count == 17)
    }

    @Test("values that are not finite do not spoil a histogram")
    func notFinite() {
        let recorder = Recorder(label: "size", factory: registry)
        recorder.record(Double.nan)
        recorder.record(Double.infinity)
        recorder.record(4)
        #expect(lines("size").suffix(2) == ["size_sum 4", "size_count 1"])
    }

    @Test("gauges that are not finite are written as Prometheus reads them")
    func notFiniteGauges() {
        registry.set(gauge: "a", to: .nan)
        registry.set(gauge: "b", to: -.infinity)
        registry.set(gauge: "c", to: 1e300)
        #expect(lines("a") == ["a NaN"])
        #expect(lines("b") == ["b -Inf"])
        #expect(lines("c") == ["c 1e+300"])
    }

    @Test("label values and help texts are escaped")
    func escaping() {
        registry.describe("x_total", help: "One \\ two\nthree \"four\".")
        Counter(label: "x_total", dimensions: [("a", "\"q\" \\ \n é\u{0}")], factory: registry).increment()
        #expect(
            text() == "# HELP x_total One \\\\ two\\nthree \"four\".\n# TYPE x_total counter\n"
                + "x_total{a=\"\\\"q\\\" \\\\ \\n é\u{0}\"} 1\n")
    }

    @Test(
        "names that Prometheus does not take are rejected and count for nobody",
        arguments: ["", "1x", "a-b", "a b", "a.b", "a\n# HELP", "é", "a:b"])
    func invalidName(name: String) {
        Counter(label: name, factory: registry).increment()
        #expect(text() == "")
        #expect(registry.rejections.map(\.name) == [name])
    }

    @Test(
        "labels that Prometheus does not take are rejected",
        arguments: [[("", "x")], [("1a", "x")], [("a-b", "x")], [("__a", "x")], [("a", "x"), ("a", "y")]])
    func invalidLabels(labels: [(String, String)]) {
        Meter(label: "level", dimensions: labels, factory: registry).set(1)
        #expect(text() == "")
        #expect(registry.rejections.count == 1)
    }

    @Test("a histogram has no label le of its own, a gauge may")
    func reservedLabel() {
        Recorder(label: "size", dimensions: [("le", "x")], factory: registry).record(1)
        Meter(label: "level", dimensions: [("le", "x")], factory: registry).set(1)
        #expect(lines("size").isEmpty)
        #expect(lines("level") == ["level{le=\"x\"} 1"])
    }

    @Test("one name is one kind of metric, and samples of two families never share a name")
    func conflicts() {
        Counter(label: "x", factory: registry).increment()
        Meter(label: "x", factory: registry).set(9)
        Recorder(label: "size", factory: registry).record(1)
        Meter(label: "size_count", factory: registry).set(9)
        Meter(label: "wait_sum", factory: registry).set(1)
        Recorder(label: "wait", factory: registry).record(1)
        #expect(lines("x") == ["x 1"])
        #expect(registry.rejections.map(\.name) == ["x", "size_count", "wait"])
        #expect(lines("wait_sum") == ["wait_sum 1"])
    }

    @Test("buckets that do not ascend are rejected, and the default stands in")
    func invalidBuckets() {
        registry.describe("a_seconds", help: "A.", buckets: [1, 1])
        registry.describe("b_seconds", help: "B.", buckets: [])
        registry.describe("c_seconds", help: "C.", buckets: [1, .infinity])
        _ = Timer(label: "a_seconds", factory: registry)
        #expect(registry.rejections.count == 3)
        #expect(lines("a_seconds").count == 19)
    }

    @Test("a description through swift-metrics' protocol reaches the registry, and other backends ignore it")
    func describing() {
        let factory: any MetricsFactory = registry
        factory.describe("x_total", help: "Things.")
        Counter(label: "x_total", factory: factory).increment()
        NOOPMetricsHandler.instance.describe("x_total", help: "Things.")
        #expect(text().hasPrefix("# HELP x_total Things.\n"))
        #expect(registry.undescribed.isEmpty)
    }

    @Test("a collector runs at each exposition")
    func collectors() {
        let counter = Counter(label: "scrapes_total", factory: registry)
        registry.addCollector { registry in
            counter.increment()
            registry.set(counter: "outside_total", to: 12.5)
        }
        _ = text()
        #expect(lines("scrapes_total") == ["scrapes_total 2"])
        #expect(lines("outside_total") == ["outside_total 12.5"])
    }

    @Test("families and series are sorted, so that two expositions of the same state are the same")
    func sorted() {
        for name in ["b_total", "a_total"] {
            for value in ["2", "10", "1"] {
                _ = Counter(label: name, dimensions: [("v", value)], factory: registry)
            }
        }
        #expect(lines("a_total") == ["1", "10", "2"].map { "a_total{v=\"\($0)\"} 0" })
        #expect(text().split(separator: "\n").first == "# HELP a_total Not described.")
        #expect(registry.undescribed == ["a_total", "b_total"])
    }

    @Test("no update is lost when many tasks write at once")
    func concurrency() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { [registry] in
                    let counter = Counter(label: "x_total", factory: registry)
                    let meter = Meter(label: "level", factory: registry)
                    let timer = Timer(label: "wait_seconds", factory: registry)
                    for _ in 0..<5000 {
                        counter.increment()
                        meter.increment(by: 2.0)
                        meter.decrement(by: 1.0)
                        timer.recordNanoseconds(500_000_000)
                    }
                }
            }
        }
        #expect(lines("x_total") == ["x_total 40000"])
        #expect(lines("level") == ["level 40000"])
        #expect(lines("wait_seconds").suffix(2) == ["wait_seconds_sum 20000", "wait_seconds_count 40000"])
    }

    private func text() -> String {
        String(decoding: registry.exposition(), as: UTF8.self)
    }

    /// The samples whose names begin with `name`.
    private func lines(_ name: String) -> [Substring] {
        text().split(separator: "\n").filter { $0.hasPrefix(name) }
    }
}
