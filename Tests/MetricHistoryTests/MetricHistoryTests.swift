import CoreMetrics
import Database
import GRDB
import Instruments
import Settings
import Synchronization
import Testing

@testable import MetricHistory

@Suite("MetricHistory")
struct MetricHistoryTests {
    @Test("a gauge keeps least, greatest, sum and count of each bucket, in every tier")
    func gauge() async throws {
        let test = try TestHistory()
        let gauge = Meter(label: "level", factory: test.registry)
        for value in 0..<60 {
            gauge.set(value)
            test.history.observe(test.registry.samples(), at: test.now, covered: 10_000_000)
            test.advance(10)
        }
        for flushed in [false, true] {
            if flushed { await test.history.flush() }
            let fine = try #require(try await test.query("level", last: 600, step: 10).first)
            #expect(fine.points.compactMap(\.value) == (0..<60).map(Double.init))
            let minutes = try #require(try await test.query("level", last: 600, step: 60).first)
            let least: [Double] = [0, 6, 12, 18, 24, 30, 36, 42, 48, 54]
            #expect(minutes.points.compactMap(\.min) == least)
            #expect(minutes.points.compactMap(\.max) == least.map { $0 + 5 })
            #expect(minutes.points.compactMap(\.value) == least.map { $0 + 2.5 })
            #expect(minutes.points.map(\.count) == Array(repeating: 6, count: 10))
            let all = try #require(try await test.query("level", last: 600, step: 600).first)
            #expect(all.points.count == 1)
            #expect(all.points.first?.sum == 1_770)
        }
        try await test.remove()
    }

    @Test("a counter's rate is right over a restart, and nothing that it counted is lost")
    func reset() async throws {
        var test = try TestHistory()
        var counter = Counter(label: "things_total", factory: test.registry)
        for _ in 0..<30 {
            counter.increment(by: 50)
            test.sample()
        }
        await test.history.flush()
        try await test.close()
        test = try test.reopened()
        counter = Counter(label: "things_total", factory: test.registry)
        for _ in 0..<30 {
            counter.increment(by: 20)
            test.sample()
        }
        await test.history.flush()
        let rates = try #require(try await test.query("things_total", .rate, last: 590, step: 10).first)
        let expected = [Double](repeating: 5, count: 30) + [Double](repeating: 2, count: 30)
        #expect(rates.points.compactMap(\.value) == expected)
        // A bucket that holds both runs: all increases, over all the time.
        let all = try #require(try await test.query("things_total", .rate, last: 590, step: 1_200).first)
        let risen: Double = all.points.compactMap(\.sum).reduce(0, +)
        #expect(risen == 2_100)
        let values = try #require(try await test.query("things_total", last: 590, step: 10).first)
        #expect(values.points[29].value == 1_500)
        #expect(values.points[30].value == 20)
        try await test.remove()
    }

    @Test("quantiles over any window, of any series together, are those of all values that fell into it")
    func quantiles() async throws {
        let test = try TestHistory()
        var generator = Seeded(7)
        let timers = ["/a", "/b"].map {
            Timer(label: "work_seconds", dimensions: [("route", $0)], factory: test.registry)
        }
        var values: [[Int64]] = []
        for round in 0..<360 {
            var now: [Int64] = []
            for _ in 0..<20 {
                let nanoseconds = Int64.random(in: 50_000...(round < 180 ? 4_000_000 : 900_000_000), using: &generator)
                timers[Int.random(in: 0...1, using: &generator)].recordNanoseconds(nanoseconds)
                now.append(nanoseconds)
            }
            values.append(now)
            test.sample()
            if round % 50 == 0 { await test.history.flush() }
        }
        // The window of the last n samples ends with the bucket of the last sample.
        for count in [6, 60, 180, 360] {
            let exact = values.suffix(count).flatMap(\.self).map { Double($0) / 1e9 }.sorted()
            for share in [0.5, 0.9, 0.99] {
                let windows = try await test.query(
                    "work_seconds", .quantile(share), last: Int64(count - 1) * 10, step: 10, merge: true)
                #expect(windows.first?.points.count == count)
                let estimate = try #require(
                    try await exactWindow(test, share: share, seconds: Int64(count) * 10))
                let value = exact[min(exact.count - 1, Int(share * Double(exact.count)))]
                // No histogram tells more than in which of its buckets a value lies.
                let bounds = [0, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
                let bucket = try #require(bounds.firstIndex { $0 >= value })
                #expect(estimate >= bounds[bucket - 1] && estimate <= bounds[bucket], "\(share) \(count) \(value)")
            }
        }
        try await test.remove()
    }

    /// The quantile over the last seconds, from the buckets of ten seconds merged into one.
    private func exactWindow(_ test: TestHistory, share: Double, seconds: Int64) async throws -> Double? {
        let plan = try QueryPlan(
            MetricQuery(
                try MetricSelector(parsing: "work_seconds"), function: .quantile(share),
                since: test.now - (seconds - 10) * TestHistory.second, until: test.now + 1, step: .seconds(10),
                merge: true), tiers: test.history.settings.tiers, now: test.now)
        var counts: [UInt64] = []
        var bounds: [Double] = []
        for (number, entry) in test.history.state.withLock(\.book.entries) {
            bounds = entry.key.bounds
            let places = try await test.history.buckets(of: number, entry.key, plan, test.file)
            for bucket in places.values {
                guard case .histogram(let more, _) = bucket.content else { continue }
                counts = MetricBucket.sum(counts, more)
            }
        }
        return QuantileEstimate.quantile(share, counts: counts, bounds: bounds)
    }

    @Test("coarser tiers tell the same as the finest, at whatever time the file was written")
    func tiers() async throws {
        let test = try TestHistory()
        var generator = Seeded(3)
        let timer = Timer(label: "work_seconds", factory: test.registry)
        let counter = FloatingPointCounter(label: "spent_seconds_total", factory: test.registry)
        for _ in 0..<700 {
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                timer.recordNanoseconds(Int64.random(in: 0...9_000_000_000, using: &generator))
            }
            counter.increment(by: Double.random(in: 0...3, using: &generator))
            test.sample()
            if Int.random(in: 0..<9, using: &generator) == 0 { await test.history.flush() }
        }
        for (selector, function) in [
            ("work_seconds", MetricQuery.Function.quantile(0.9)), ("work_seconds", .rate),
            ("spent_seconds_total", .rate),
        ] {
            let ten = try await read(test, selector, function, tier: 2)
            let one = try await read(test, selector, function, tier: 1)
            let fine = try await read(test, selector, function, tier: 0)
            #expect(fine.count == 12)
            for (index, value) in fine.enumerated() {
                #expect(abs(one[index] - value) < 1e-6 && abs(ten[index] - value) < 1e-6)
            }
        }
        try await test.remove()
    }

    /// Values in buckets of ten minutes, read from one tier alone.
    private func read(
        _ test: TestHistory, _ selector: String, _ function: MetricQuery.Function, tier: Int
    ) async throws -> [Double] {
        let query = MetricQuery(
            try MetricSelector(parsing: selector), function: function, since: TestHistory.start, until: test.now + 1,
            step: .seconds(600))
        let plan = try QueryPlan(query, tiers: [test.history.settings.tiers[tier]], now: test.now)
        let (number, entry) = try #require(
            test.history.state.withLock(\.book.entries).first { query.selector.matches($0.value.key) })
        let places = try await test.history.buckets(of: number, entry.key, plan, test.file)
        return plan.result([(entry.key, places)], function: function).series[0].points.compactMap(\.value)
    }

    @Test("a killed process loses what was not flushed, and no more")
    func killed() async throws {
        var test = try TestHistory()
        let gauge = Meter(label: "level", factory: test.registry)
        for value in 1...10 {
            gauge.set(value)
            test.sample()
            if value == 7 { await test.history.flush() }
        }
        try await test.close()
        test = try test.reopened()
        #expect(try await test.query("level", last: 100).first?.points.map(\.value) == (1...7).map(Double.init))
        #expect(try await test.history.series().map(\.name) == ["level"])
        try await test.remove()
    }

    @Test("what is older than its tier keeps goes, and the coarser tiers still tell of it")
    func retention() async throws {
        let settings = MetricHistorySettings(
            tiers: [
                MetricTier(step: .seconds(10), retention: .seconds(3_600)),
                MetricTier(step: .seconds(60), retention: .seconds(86_400)),
            ])
        let test = try TestHistory(settings: settings)
        let gauge = Meter(label: "level", factory: test.registry)
        for value in 0..<3_000 {
            gauge.set(value)
            test.sample()
            if value % 200 == 0 { await test.history.flush() }
        }
        await test.history.flush()
        let groups = try await test.file.read { try HistoryStore.groups($0) }
        let fine = groups.filter { $0.chunk.step == 10_000_000 }
        #expect(fine.count >= 2 && fine.count <= 3)
        #expect(try await test.query("level", last: 29_000).first?.points.first?.value ?? 0 < 300)
        #expect(try await test.query("level", last: 3_000, step: 10).first?.points.count == 301)
        try await test.remove()
    }

    @Test("the size is bounded: the oldest goes first")
    func budget() async throws {
        let test = try TestHistory(settings: MetricHistorySettings(maxSize: 150_000))
        var generator = Seeded(5)
        let gauges = (0..<15).map { Meter(label: "level", dimensions: [("n", "\($0)")], factory: test.registry) }
        for round in 0..<1_500 {
            for gauge in gauges { gauge.set(Double.random(in: 0...1, using: &generator)) }
            test.sample()
            if round % 100 == 99 {
                await test.history.flush()
                #expect(test.history.bytes <= 150_000)
            }
        }
        let groups = try await test.file.read { try HistoryStore.groups($0) }
        let first = try #require(groups.first)
        #expect(first.chunk.end > TestHistory.start + 3_600 * TestHistory.second)
        #expect(try await test.query("level{n=\"7\"}", last: 600).first?.points.isEmpty == false)
        try await test.remove()
    }

    @Test("a clock that jumps back or ahead does no harm to what is there")
    func clock() async throws {
        let test = try TestHistory()
        let gauge = Meter(label: "level", factory: test.registry)
        for jump: Int64 in [10, 7_200, -7_000, 10, -100_000, 100_000] {
            gauge.set(1)
            test.sample(after: jump)
            await test.history.flush()
        }
        let points = try #require(try await test.query("level", last: 120_000, step: 600).first).points
        // One of the six lies in what is the future again.
        #expect(points.compactMap(\.count).reduce(0, +) == 5)
        try await test.remove()
    }
}
