import CoreMetrics
import Database
import GRDB
import Instruments
import Settings
import Testing

@testable import MetricHistory

/// What a sample takes in the first tier, over the series of a daemon under changing load.
@Suite("Compression")
struct CompressionTests {
    /// The instruments of a daemon: three services with five routes each, jobs, databases, the process.
    private struct Load {
        let requests: [Counter]
        let latencies: [CoreMetrics.Timer]
        let idle: [Counter]
        let sizes: [Recorder]
        let gauges: [Meter]
        let cpu: FloatingPointCounter

        init(_ registry: any MetricsFactory) {
            let routes = (0..<15).map { [("route", "/api/v1/\($0)"), ("service", "s\($0 % 3)")] }
            requests = routes.map { Counter(label: "requests_total", dimensions: $0, factory: registry) }
            latencies = routes.map { Timer(label: "request_duration_seconds", dimensions: $0, factory: registry) }
            idle = (0..<60).map { Counter(label: "errors_total", dimensions: [("n", "\($0)")], factory: registry) }
            sizes = ["state", "telemetry"].map {
                Recorder(label: "batch_size", dimensions: [("database", $0)], aggregate: true, factory: registry)
            }
            gauges = (0..<20).map {
                Meter(label: "process_thing_bytes", dimensions: [("n", "\($0)")], factory: registry)
            }
            cpu = FloatingPointCounter(label: "process_cpu_seconds_total", factory: registry)
        }

        /// Ten seconds of it: some routes are busy, some are called now and then, some never.
        func run(_ round: Int, _ generator: inout Seeded) {
            for route in 0..<10 {
                let count =
                    route < 4 ? Int.random(in: 20...60, using: &generator) : Int.random(in: 0...2, using: &generator)
                for _ in 0..<count {
                    requests[route].increment()
                    latencies[route].recordNanoseconds(
                        Int64.random(in: 80_000...700_000, using: &generator)
                            * (Int.random(in: 0..<50, using: &generator) == 0 ? 40 : 1))
                }
            }
            for size in sizes {
                for _ in 0..<30 { size.record(Int.random(in: 1...6, using: &generator)) }
            }
            for index in 0..<6 { gauges[index].set(50_000_000 + 4_096 * Int.random(in: 0...200, using: &generator)) }
            for index in 6..<20 { gauges[index].set(index * 1_000) }
            cpu.increment(by: Double(Int.random(in: 1...40, using: &generator)) / 100)
        }
    }

    @Test("a sample of the first tier takes two bytes at most")
    func bytesPerSample() async throws {
        let test = try TestHistory()
        let load = Load(test.registry)
        var generator = Seeded(11)
        for round in 0..<ChunkCoder.slots {
            load.run(round, &generator)
            test.sample()
            if round % 24 == 23 { await test.history.flush() }
        }
        await test.history.flush()
        let series = test.registry.samples()
        // As Prometheus counts: a histogram is a sample for each bucket, +Inf, the sum and the count.
        var values = 0
        for sample in series {
            if case .histogram(let bounds, _, _) = sample.value { values += bounds.count + 3 } else { values += 1 }
        }
        let rounds = ChunkCoder.slots
        let (data, withRows): (Int, Int) = try await test.file.read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT sum(length(data)), sum(length(data) + length(data) / 3 + 24) FROM metric_chunk
                    WHERE id >> 58 = (SELECT number FROM metric_tier WHERE step = 10000000)
                    """)
            return (row?[0] ?? 0, row?[1] ?? 0)
        }
        let perValue = Double(withRows) / Double(values * rounds)
        let perSeries = Double(withRows) / Double(series.count * rounds)
        print(
            "metric history: \(series.count) series, \(values) samples each interval as Prometheus counts them:",
            "\(perValue) bytes a sample, \(perSeries) bytes a series and interval, pages and all;",
            "\(Double(data) / Double(values * rounds)) and \(Double(data) / Double(series.count * rounds)) the data alone"
        )
        #expect(perValue <= 2)
        #expect(perSeries <= 2)
        try await test.remove()
    }
}
