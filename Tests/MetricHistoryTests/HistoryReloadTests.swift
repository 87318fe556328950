import CoreMetrics
import Settings
import Testing

@testable import MetricHistory

@Suite("Settings of the metric history that change while it runs")
struct HistoryReloadTests {
    @Test("a tier with another step is kept from the next sample on, and a tier that is gone goes")
    func tiers() async throws {
        let test = try TestHistory(
            settings: MetricHistorySettings(tiers: [MetricTier(step: .seconds(10), retention: .seconds(3_600))]))
        let gauge = Recorder(label: "level", dimensions: [], aggregate: false, factory: test.registry)
        gauge.record(1)
        for _ in 0..<30 { test.sample() }
        await test.history.flush()
        test.history.apply(
            MetricHistorySettings(tiers: [MetricTier(step: .seconds(60), retention: .seconds(3_600))]))
        gauge.record(2)
        for _ in 0..<30 { test.sample() }
        await test.history.flush()
        let points = try #require(try await test.query("level", last: 900, step: 60).first?.points)
        #expect(Set(points.compactMap(\.value)) == [2])
        #expect((5...6).contains(points.count))
        try await test.remove()
    }

    @Test("no tiers keep nothing more, and delete nothing")
    func noTiers() async throws {
        let settings = MetricHistorySettings(tiers: [MetricTier(step: .seconds(10), retention: .seconds(3_600))])
        let test = try TestHistory(settings: settings)
        let gauge = Recorder(label: "level", dimensions: [], aggregate: false, factory: test.registry)
        gauge.record(1)
        for _ in 0..<30 { test.sample() }
        await test.history.flush()
        let bytes = test.history.bytes
        #expect(bytes > 0)
        test.history.apply(MetricHistorySettings(tiers: []))
        test.sample()
        test.history.apply(settings)
        await test.history.flush()
        #expect(try await test.query("level", last: 600).first?.points.isEmpty == false)
        try await test.remove()
    }
}
