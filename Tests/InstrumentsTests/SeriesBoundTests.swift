import CoreMetrics
import Instruments
import Testing

@Suite("The bound on series")
struct SeriesBoundTests {
    private func lines(_ registry: MetricRegistry, _ name: String) -> [Substring] {
        String(decoding: registry.exposition(), as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix(name) }
    }

    private func counter(_ registry: MetricRegistry, _ name: String, _ number: Int) -> Counter {
        Counter(label: name, dimensions: [("n", "\(number)"), ("side", "left")], factory: registry)
    }

    @Test("series beyond a metric's bound are summed up in _other, counted, and nothing is lost")
    func perMetric() {
        let registry = MetricRegistry(mostSeriesPerMetric: 3)
        for number in 0..<10 { counter(registry, "x_total", number).increment(by: 2) }
        counter(registry, "y_total", 1).increment()
        #expect(
            lines(registry, "x_total") == [
                #"x_total{n="0",side="left"} 2"#, #"x_total{n="1",side="left"} 2"#, #"x_total{n="2",side="left"} 2"#,
                #"x_total{n="_other",side="_other"} 14"#,
            ])
        #expect(lines(registry, "y_total").count == 1)
        let folded = lines(registry, "trivet_metrics_series_folded_total")
        #expect(folded == [#"trivet_metrics_series_folded_total{metric="x_total"} 7"#])
        #expect(registry.rejections.isEmpty && registry.undescribed == ["x_total", "y_total"])
    }

    @Test("all metrics together have a bound too; series without labels and _other always have room")
    func together() {
        let registry = MetricRegistry(mostSeries: 4)
        for number in 0..<3 { counter(registry, "x_total", number).increment() }
        for number in 0..<3 { counter(registry, "y_total", number).increment() }
        for number in 0..<3 { counter(registry, "z_total", number).increment() }
        Counter(label: "alone_total", factory: registry).increment()
        #expect(lines(registry, "x_total").count == 3)
        #expect(
            lines(registry, "y_total") == [
                #"y_total{n="0",side="left"} 1"#, #"y_total{n="_other",side="_other"} 2"#,
            ])
        #expect(lines(registry, "z_total") == [#"z_total{n="_other",side="_other"} 3"#])
        #expect(lines(registry, "alone_total") == ["alone_total 1"])
        #expect(lines(registry, "trivet_metrics_series_folded_total").count == 2)
    }

    @Test("a metric's own bound goes before, and histograms and gauges are folded too")
    func ownBound() {
        let registry = MetricRegistry(mostSeriesPerMetric: 1)
        registry.bound("wait_seconds", to: 2)
        for number in 0..<5 {
            let labels = [("n", "\(number)")]
            Timer(label: "wait_seconds", dimensions: labels, factory: registry).recordSeconds(1)
            Meter(label: "level", dimensions: labels, factory: registry).set(number)
        }
        #expect(
            lines(registry, "wait_seconds_count") == [
                #"wait_seconds_count{n="0"} 1"#, #"wait_seconds_count{n="1"} 1"#, #"wait_seconds_count{n="_other"} 3"#,
            ])
        #expect(lines(registry, "level") == [#"level{n="0"} 0"#, #"level{n="_other"} 4"#])
    }

    @Test("a label that reads _other already is the same series")
    func saysOther() {
        let registry = MetricRegistry(mostSeriesPerMetric: 1)
        for name in ["a", "_other", "b"] {
            Counter(label: "x_total", dimensions: [("n", name)], factory: registry).increment()
        }
        #expect(lines(registry, "x_total") == [#"x_total{n="_other"} 2"#, #"x_total{n="a"} 1"#])
    }

    @Test("a series goes with its last handle, and leaves its room to another")
    func destroyed() {
        let registry = MetricRegistry(mostSeriesPerMetric: 2)
        let (first, second) = (counter(registry, "x_total", 1), counter(registry, "x_total", 1))
        first.increment()
        _ = counter(registry, "x_total", 2)
        first.destroy()
        second.increment()
        #expect(lines(registry, "x_total").first == #"x_total{n="1",side="left"} 2"#)
        second.destroy()
        second.destroy()
        #expect(lines(registry, "x_total") == [#"x_total{n="2",side="left"} 0"#])
        // An instrument that is gone counts for nobody.
        second.increment()
        counter(registry, "x_total", 3).increment()
        #expect(lines(registry, "x_total").count == 2)
        counter(registry, "x_total", 1).increment()
        #expect(lines(registry, "x_total").last == #"x_total{n="_other",side="_other"} 1"#)
    }

    @Test("every kind can be destroyed; a family without series is not shown")
    func everyKind() {
        let registry = MetricRegistry()
        let timer = Timer(label: "wait_seconds", factory: registry)
        let meter = Meter(label: "level", factory: registry)
        let recorder = Recorder(label: "size", factory: registry)
        let gauge = Gauge(label: "gauge", factory: registry)
        let fractions = FloatingPointCounter(label: "spent_total", factory: registry)
        #expect(registry.samples().count == 5)
        timer.destroy()
        meter.destroy()
        recorder.destroy()
        gauge.destroy()
        fractions.destroy()
        #expect(registry.samples().isEmpty && registry.exposition().isEmpty)
        Counter(label: "a b", factory: registry).destroy()
        Meter(label: "level", factory: registry).set(1)
        #expect(lines(registry, "level") == ["level 1"])
    }

    @Test("handles made and destroyed by many tasks at once leave nothing behind")
    func concurrency() async {
        let registry = MetricRegistry(mostSeriesPerMetric: 5)
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<500 {
                        let counter = Counter(
                            label: "x_total", dimensions: [("n", "\((number + task) % 9)")], factory: registry)
                        counter.increment()
                        counter.destroy()
                    }
                }
            }
        }
        #expect(lines(registry, "x_total").isEmpty)
        for number in 0..<5 { counter(registry, "x_total", number).increment() }
        #expect(lines(registry, "x_total").count == 5)
    }
}
