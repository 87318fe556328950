import CoreMetrics
import Database
import Foundation
import Instruments
import Logging
import MetricHistory
import Settings
import Synchronization

/// Fills each tier of a metric history to its full retention and prints, as JSON lines, what it took.
///
///     metric-history-benchmark FOLDER SERIES
///
/// Each tier has a file of its own in the folder, which is left there to be looked at. In the first tier a bucket is a
/// sample, as in a daemon; in the others it is made of three.
@main
struct MetricHistoryBenchmark {
    let folder: String
    let series: Int

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let series = Int(arguments[2]), series > 0 else {
            FileHandle.standardError.write(Data("usage: metric-history-benchmark FOLDER SERIES\n".utf8))
            exit(2)
        }
        let benchmark = MetricHistoryBenchmark(folder: arguments[1], series: series)
        for (number, tier) in MetricHistorySettings.defaultTiers.enumerated() {
            try await benchmark.fill(tier, samplesPerBucket: number == 0 ? 1 : 3)
        }
    }

    private func fill(_ tier: MetricTier, samplesPerBucket: Int) async throws {
        let start: Int64 = 1_800_000_000_000_000
        let clock = Mutex(start)
        let interval = tier.step / samplesPerBucket
        let path = "\(folder)/\(tier.description.replacing(":", with: "-")).db"
        let file = try open(path)
        let history = MetricHistory(
            database: { file },
            settings: MetricHistorySettings(interval: interval, tiers: [tier], maxSize: 1 << 40), samples: { [] },
            metrics: NOOPMetricsHandler.instance, logger: Logger(label: "benchmark"),
            now: { clock.withLock { $0 } })
        var daemon = MadeUpDaemon(series: series)
        let buckets = Int(tier.retention / tier.step)
        let microseconds = Int64(interval / .microseconds(1))
        var (sampling, writing) = (Duration.zero, Duration.zero)
        for round in 1...(buckets * samplesPerBucket) {
            let samples = daemon.sample(after: interval / .seconds(1))
            let time = start + Int64(round) * microseconds
            clock.withLock { $0 = time }
            sampling += ContinuousClock().measure { history.observe(samples, at: time, covered: microseconds) }
            // Four times in a chunk, so that chunks grow in the file as they do in a daemon.
            guard round % (60 * samplesPerBucket) == 0 else { continue }
            let begin = ContinuousClock.now
            await history.flush()
            writing += ContinuousClock.now - begin
        }
        await history.flush()
        try await file.close()
        let rounds = Double(buckets * samplesPerBucket)
        print(
            """
            {"tier": "\(tier.description)", "file": "\(path)", "series": \(series), "buckets": \(buckets), \
            "samples": \(daemon.expositionSamples), "told": \(history.bytes), \
            "sampleMilliseconds": \(sampling / .milliseconds(1) / rounds), "writeSeconds": \(writing / .seconds(1))}
            """)
    }

    private func open(_ path: String) throws -> DatabaseFile {
        try DatabaseFile.open(
            DatabaseConfiguration(
                path: path, applicationID: 0x5452_5654, synchronous: .normal,
                migrations: MetricHistory.migrations(after: 0), name: "telemetry", incrementalVacuum: true,
                overwritesDeleted: false),
            metrics: NOOPMetricsHandler.instance, logger: Logger(label: "benchmark"), onFatalError: { _ in })
    }
}
