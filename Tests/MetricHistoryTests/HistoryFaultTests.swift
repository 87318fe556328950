import CoreMetrics
import Database
import Foundation
import GRDB
import Instruments
import Logging
import Settings
import Synchronization
import Testing

@testable import MetricHistory

@Suite("MetricHistory when things go wrong")
struct HistoryFaultTests {
    /// What the tables hold, counted anew.
    private func counted(_ test: TestHistory) async throws -> Int {
        let series = test.history.state.withLock { state in
            state.book.entries.filter { state.store.ids[$0.key] != nil }.values.map(\.key.storedBytes).reduce(0, +)
        }
        return series
            + (try await test.file.read { database in
                try Int.fetchOne(
                    database, sql: "SELECT sum(length(data) + length(data) / 3 + 24) FROM metric_chunk") ?? 0
            })
    }

    @Test("the size is never exceeded, though more comes at once than has room", arguments: [1 << 20, 40_000])
    func hardSize(most: Int) async throws {
        let test = try TestHistory(settings: MetricHistorySettings(maxSize: most))
        var generator = Seeded(5)
        let gauges = (0..<120).map { Meter(label: "level", dimensions: [("n", "\($0)")], factory: test.registry) }
        for round in 0..<1_200 {
            for gauge in gauges { gauge.set(Double.random(in: 0...1, using: &generator)) }
            test.sample()
            if round % 60 == 59 {
                await test.history.flush()
                let told = test.history.bytes
                #expect(told <= most)
                #expect(try await counted(test) == told)
            }
        }
        #expect(test.history.state.withLock { $0.pending.chunks.isEmpty })
        try await test.remove()
    }

    @Test("a counter that was destroyed and made again counts from zero, though it counted more meanwhile")
    func vanished() async throws {
        let test = try TestHistory()
        for amount in [5, 9, 3] {
            let counter = Counter(label: "things_total", dimensions: [("n", "1")], factory: test.registry)
            counter.increment(by: amount)
            test.sample()
            counter.destroy()
            test.sample()
        }
        let points = try #require(try await test.query("things_total", last: 600, step: 10).first).points
        #expect(points.compactMap(\.sum) == [5, 9, 3])
        try await test.remove()
    }

    @Test("series that are gone are bounded: the longest unseen go, with all their chunks")
    func gone() async throws {
        var test = try TestHistory(settings: MetricHistorySettings(maxSize: 1 << 20))
        let most = test.history.mostGone
        let counters = (0..<(most + 120)).map { number in
            Counter(label: "old_total", dimensions: [("n", String(10_000 + number))], factory: test.registry)
        }
        test.sample()
        for counter in counters.prefix(120) { counter.destroy() }
        test.sample(after: 7_200)
        await test.history.flush()
        try await test.close()
        test = try test.reopened()
        await test.history.flush()
        #expect(try await test.history.series().count == most + 120)
        Counter(label: "new_total", dimensions: [("n", "1")], factory: test.registry).increment()
        test.sample()
        for _ in 0..<5 { await test.history.flush() }
        let series = try await test.history.series()
        #expect(series.map(\.name).filter { $0 == "new_total" }.count == 1)
        #expect(series.map(\.labelText).filter { $0 != #"n="1""# } == (10_120..<10_120 + most).map { #"n="\#($0)""# })
        #expect(try await counted(test) == test.history.bytes)
        let rows = try await test.file.read { database in
            try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM metric_chunk WHERE id & 0xFFFFFF NOT IN (SELECT id FROM metric_series)
                    """)
        }
        #expect(rows == 0)
        try await test.remove()
    }

    @Test("damaged chunks are gaps, and are begun anew")
    func damage() async throws {
        let test = try TestHistory()
        var generator = Seeded(9)
        let gauge = Meter(label: "level", factory: test.registry)
        let counter = Counter(label: "things_total", factory: test.registry)
        let timer = Timer(label: "work_seconds", factory: test.registry)
        func live() {
            gauge.set(Int.random(in: 0...9, using: &generator))
            counter.increment()
            timer.recordMilliseconds(Int.random(in: 0...99, using: &generator))
            test.sample()
        }
        for round in 0..<200 {
            for _ in 0..<5 { live() }
            await test.history.flush()
            let bytes = (0..<Int.random(in: 0...90, using: &generator)).map { index -> UInt8 in
                index == 0 ? 1 : UInt8.random(in: 0...255, using: &generator)
            }
            let flips = Int.random(in: 1...3, using: &generator)
            let place = Int.random(in: 1...40, using: &generator)
            let isFlip = round % 2 == 0
            try await test.file.write { database in
                for row in try Row.fetchAll(database, sql: "SELECT id, data FROM metric_chunk") {
                    var data = Array(row[1] as Data)
                    if isFlip, data.count > place { data[place] ^= UInt8(1 << flips) } else { data = bytes }
                    try database.execute(
                        sql: "UPDATE metric_chunk SET data = ? WHERE id = ?", arguments: [Data(data), row[0]])
                }
            }
            for (selector, function) in [
                ("level", MetricQuery.Function.value), ("things_total", .rate), ("work_seconds", .quantile(0.9)),
            ] {
                for step in [10, 600, 86_400] as [Int64] {
                    _ = try await test.query(selector, function, last: 20_000, step: step, merge: true)
                }
            }
        }
        try await test.file.write { database in try database.execute(sql: "UPDATE metric_chunk SET data = x'00'") }
        live()
        await test.history.flush()
        #expect(try await test.query("level", last: 20_000, step: 10).first?.points.count == 1)
        try await test.remove()
    }

    @Test("counts beyond all sense in a chunk are damage")
    func hugeCounts() {
        var writer = ByteWriter()
        writer.byte(1)
        writer.varint(1)
        ColumnCoder.encode([9e15], into: &writer)
        writer.byte(0)
        ColumnCoder.encode([1], into: &writer)
        #expect(throws: ChunkDamage.self) { try ChunkCoder(kind: .gauge, bounds: []).decode(writer.bytes) }
        let huge = MetricBucket(samples: .max, covered: .max, content: .counter(increase: 1, last: 1))
        var merged = huge
        merged.merge(huge)
    }

    @Test("a query for the strangest times and steps is answered or refused, never the end")
    func strangeQueries() async throws {
        let test = try TestHistory()
        Meter(label: "level", factory: test.registry).set(1)
        test.sample()
        let longest = Duration.microseconds(Int64.max)
        for since in [Int64.min / 4, -1, 0, test.now - 1] {
            for until in [Int64.max / 4, test.now, 1] {
                for step in [nil, longest, .zero, .microseconds(1), .seconds(7)] as [Duration?] {
                    let query = MetricQuery(
                        try MetricSelector(parsing: "level"), since: since, until: until, step: step)
                    do { _ = try await test.history.read(query) } catch let error as MetricHistoryError {
                        #expect(error.code == .invalidQuery)
                    }
                }
            }
        }
        try await test.remove()
    }

    @Test("when the file is replaced while running, the history goes on in the new one")
    func replaced() async throws {
        let first = try TestHistory()
        let second = try TestHistory()
        let registry = MetricRegistry()
        let current = Mutex(first.file)
        let history = MetricHistory(
            database: { current.withLock { $0 } }, settings: MetricHistorySettings(),
            samples: { registry.samples() }, metrics: NOOPMetricsHandler.instance,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { TestHistory.start })
        let counter = Counter(label: "things_total", factory: registry)
        func sample() { history.observe(registry.samples(), at: TestHistory.start, covered: 10_000_000) }
        counter.increment()
        sample()
        await history.flush()
        #expect(history.bytes > 0)
        try await first.file.close()
        counter.increment(by: 2)
        sample()
        await history.flush()
        current.withLock { $0 = second.file }
        await history.flush()
        let answer = try await history.read(
            MetricQuery(
                try MetricSelector(parsing: "things_total"), since: TestHistory.start - 1, until: TestHistory.start + 1)
        )
        #expect(answer.series.first?.points.compactMap(\.sum).reduce(0, +) == 2)
        try await second.remove()
        try FileManager.default.removeItem(atPath: first.folder)
    }

    @Test("samples are taken while a flush or a long query has its turn", .timeLimit(.minutes(20)))
    func undisturbed() async throws {
        let test = try TestHistory(
            settings: MetricHistorySettings(
                interval: .milliseconds(5), tiers: [MetricTier(step: .milliseconds(5), retention: .seconds(3_600))]))
        Meter(label: "level", factory: test.registry).set(1)
        let history = test.history
        let service = Task { try await history.run() }
        @Sendable func waiting() -> Int {
            history.state.withLock { state in
                state.pending.chunks.values.flatMap(\.values).flatMap(\.values).map(\.samples).reduce(0, +)
            }
        }
        // Twice what fits between two flushes, of which none can come.
        await history.turns.run {
            while waiting() < 500 { try? await Task.sleep(for: .milliseconds(5)) }
        }
        service.cancel()
        try await service.value
        #expect(waiting() == 0)
        #expect(try await test.query("level", last: 60).first?.points.first?.count ?? 0 >= 500)
        try await test.remove()
    }

    @Test("a flush ends though samples come faster than they are written", .timeLimit(.minutes(20)))
    func endlessSamples() async throws {
        let test = try TestHistory()
        for number in 0..<200 {
            Meter(label: "level", dimensions: [("n", "\(number)")], factory: test.registry).set(number)
        }
        test.sample()
        let isOver = Mutex(false)
        let sampling = Task {
            while !isOver.withLock({ $0 }) {
                test.sample()
                await Task.yield()
            }
        }
        for _ in 0..<5 { await test.history.flush() }
        isOver.withLock { $0 = true }
        await sampling.value
        await test.history.flush()
        #expect(test.history.state.withLock { $0.pending.chunks.isEmpty })
        try await test.remove()
    }

    @Test("a file that refuses keeps nothing from being written once it takes writes again")
    func refused() async throws {
        let test = try TestHistory()
        let counter = Counter(label: "things_total", factory: test.registry)
        let refusal = "CREATE TRIGGER refusal BEFORE INSERT ON metric_chunk BEGIN SELECT RAISE(ABORT, 'refused'); END"
        try await test.file.write { database in try database.execute(sql: refusal) }
        for _ in 0..<300 {
            counter.increment()
            test.sample()
            if Int64(test.now / TestHistory.second) % 70 == 0 { await test.history.flush() }
        }
        try await test.file.write { database in try database.execute(sql: "DROP TRIGGER refusal") }
        await test.history.flush()
        for step in [10, 60, 600] as [Int64] {
            let points = try #require(try await test.query("things_total", last: 3_600, step: step).first).points
            #expect(points.compactMap(\.sum).reduce(0, +) == 300)
        }
        try await test.remove()
    }

    @Test("a clock that was set back far still has series noted as seen, and what it wrote ahead harms nothing")
    func clockBack() async throws {
        var test = try TestHistory()
        let gauge = Meter(label: "level", factory: test.registry)
        gauge.set(1)
        test.sample(after: 30 * 86_400)
        await test.history.flush()
        for _ in 0..<300 {
            test.sample(after: test.now > TestHistory.start + 86_400 * TestHistory.second ? -30 * 86_400 : 10)
        }
        await test.history.flush()
        // A second run at the true time has the series and its points.
        try await test.close()
        test = try test.reopened()
        #expect(try await test.history.series().map(\.name) == ["level"])
        let points = try #require(try await test.query("level", last: 3_600, step: 10).first).points
        #expect(points.count == 300)
        try await test.remove()
    }
}
