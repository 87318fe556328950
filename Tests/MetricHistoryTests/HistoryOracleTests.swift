import CoreMetrics
import Instruments
import Settings
import Testing

@testable import MetricHistory

/// A made-up life of a daemon: random increments, flushes, stops, kills and pauses; and beside it a plain list of what
/// happened, from which every answer can be computed by adding up.
@Suite("MetricHistory against a plain list of what happened")
struct HistoryOracleTests {
    private struct Event {
        let time: Int64
        let counted: Double
        let values: [Double]
        let level: Double
    }

    private static let bounds = [0.001, 0.01, 0.1, 1]

    private func registry() -> MetricRegistry {
        let registry = MetricRegistry()
        registry.describe("work_seconds", help: "Work.", buckets: Self.bounds)
        return registry
    }

    @Test("over stops, kills, pauses and any windows: increases, quantiles and gauges are exact", arguments: 0..<6)
    func life(seed: UInt64) async throws {
        var generator = Seeded(100 + seed)
        var test = try TestHistory(registry: registry())
        var happened: [Event] = []
        var unwritten: [Event] = []
        for _ in 0..<900 {
            if Int.random(in: 0..<120, using: &generator) == 0 {
                // A stop writes everything, a kill loses what was not written.
                if Bool.random(using: &generator) {
                    await test.history.flush()
                    happened += unwritten
                }
                unwritten = []
                try await test.close()
                test = try test.reopened(registry: registry())
                test.advance(Int64.random(in: 0...40, using: &generator) * 10)
            }
            unwritten.append(step(test, &generator))
            if Int.random(in: 0..<8, using: &generator) == 0 {
                await test.history.flush()
                happened += unwritten
                unwritten = []
            }
        }
        for _ in 0..<40 {
            let step = [10, 60, 300, 600, 3_600][Int.random(in: 0..<5, using: &generator)] as Int64
            let last = Int64.random(in: 1...12_000, using: &generator)
            try await compare(test, happened + unwritten, last: last, step: step)
        }
        try await test.remove()
    }

    private func step(_ test: TestHistory, _ generator: inout Seeded) -> Event {
        let counted = Double(Int.random(in: 0...5, using: &generator))
        let values = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            Double(Int.random(in: 1...2_000, using: &generator)) / 1_000
        }
        let level = Double.random(in: -1...1, using: &generator)
        FloatingPointCounter(label: "things_total", factory: test.registry).increment(by: counted)
        let timer = Timer(label: "work_seconds", factory: test.registry)
        for value in values { timer.recordNanoseconds(Int64(value * 1e9)) }
        Meter(label: "level", factory: test.registry).set(level)
        test.sample()
        return Event(time: test.now, counted: counted, values: values, level: level)
    }

    private func compare(_ test: TestHistory, _ events: [Event], last: Int64, step: Int64) async throws {
        let microseconds = step * TestHistory.second
        let start = (test.now - last * TestHistory.second).floored(by: microseconds)
        var expected: [Int64: [Event]] = [:]
        for event in events where event.time.floored(by: microseconds) >= start {
            expected[event.time.floored(by: microseconds) * microseconds, default: []].append(event)
        }
        let rates = try await points(test, "things_total", .rate, last, step)
        #expect(Set(rates.keys) == Set(expected.keys))
        let shares = [0, 0.5, 0.9, 0.99, 1]
        var quantiles: [Double: [Int64: MetricQueryResult.Point]] = [:]
        for share in shares {
            quantiles[share] = try await points(test, "work_seconds", .quantile(share), last, step)
        }
        let levels = try await points(test, "level", .value, last, step)
        for (time, events) in expected {
            let sum = events.map(\.counted).reduce(0, +)
            #expect(rates[time]?.sum == sum)
            // A run's first sample covers the time since its start, which the test's clock has as ten seconds too.
            let rate = sum / Double(10 * events.count)
            #expect(abs((rates[time]?.value ?? -1) - rate) < 1e-9)
            let values = events.flatMap(\.values)
            for share in shares {
                #expect(quantiles[share]?[time]?.count == Double(values.count))
                let exact = QuantileEstimate.quantile(share, counts: counts(values), bounds: Self.bounds)
                #expect(quantiles[share]?[time]?.value == exact)
            }
            #expect(levels[time]?.min == events.map(\.level).min() && levels[time]?.max == events.map(\.level).max())
            #expect(abs((levels[time]?.sum ?? .infinity) - events.map(\.level).reduce(0, +)) < 1e-9)
            #expect(levels[time]?.count == Double(events.count))
        }
    }

    private func points(
        _ test: TestHistory, _ selector: String, _ function: MetricQuery.Function, _ last: Int64, _ step: Int64
    ) async throws -> [Int64: MetricQueryResult.Point] {
        let series = try await test.query(selector, function, last: last, step: step)
        return Dictionary(uniqueKeysWithValues: (series.first?.points ?? []).map { ($0.time, $0) })
    }

    private func counts(_ values: [Double]) -> [UInt64] {
        var counts = [UInt64](repeating: 0, count: Self.bounds.count + 1)
        for value in values { counts[Self.bounds.firstIndex { $0 >= value } ?? Self.bounds.count] += 1 }
        return counts
    }
}
