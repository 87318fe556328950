public import CoreMetrics
public import Database
import Glibc
public import Instruments
public import Logging
public import ServiceLifecycle
public import Settings
import Synchronization

/// The history of every metric, in `telemetry.db`.
///
/// Each interval every series of the registry is sampled into the buckets of each tier; now and then, and at the stop,
/// the buckets are merged into compressed chunks in the file, in small transactions of their own. A process that is
/// killed loses what it sampled since the last time, ``flushEvery`` at most.
public final class MetricHistory: Service, CustomStringConvertible {
    struct State {
        var book = SeriesBook()
        var pending = PendingBuckets()
        var store = HistoryStore()
        /// The file that `store` knows.
        var file: DatabaseFile?
        /// The steps of the tiers that `store` knows.
        var steps: [Int64] = []
        /// What the history takes in it.
        var bytes = 0
        var isFailing = false
        var lastSample: ContinuousClock.Instant
        var lastFlush: ContinuousClock.Instant
        /// Series whose last sighting the file has.
        var lastSeenWrite: Int64 = 0
    }

    let logger: Logger
    let metrics: HistoryMetrics
    let turns = TurnTaking()
    let state: Mutex<State>
    private let live: Mutex<MetricHistorySettings>
    let database: @Sendable () -> DatabaseFile
    let now: @Sendable () -> Int64
    private let samples: @Sendable () -> [MetricSample]

    /// A history in a file that was opened with ``migrations(after:)``.
    ///
    /// - Parameters:
    ///   - database: the file to use now: that of the request log, which replaces a broken one.
    ///   - settings: interval, tiers and bounds.
    ///   - samples: every series as it is now.
    ///   - metrics: takes the metrics `trivet_metric_history_…`.
    ///   - logger: is told once when the history cannot be stored, and once when it can again.
    ///   - now: microseconds since 1970.
    public init(
        database: @escaping @Sendable () -> DatabaseFile, settings: MetricHistorySettings,
        samples: @escaping @Sendable () -> [MetricSample], metrics: any MetricsFactory, logger: Logger,
        now: @escaping @Sendable () -> Int64 = { MetricHistory.systemTime() }
    ) {
        self.database = database
        live = Mutex(settings)
        self.samples = samples
        self.metrics = HistoryMetrics(metrics)
        self.logger = logger
        self.now = now
        let start = ContinuousClock.now
        state = Mutex(State(lastSample: start, lastFlush: start))
    }

    /// The settings in force.
    public var settings: MetricHistorySettings { live.withLock { $0 } }

    /// Takes new settings, from the next sample and the next round of retention on.
    public func apply(_ settings: MetricHistorySettings) { live.withLock { $0 = settings } }

    /// Whether there is a tier to keep anything in.
    var keepsHistory: Bool { !settings.tiers.isEmpty }

    /// The name that the log of the daemon's services shows.
    public var description: String { "metric history" }

    /// The bytes that the history takes in the file, as of the last time that it was written.
    public var bytes: Int { state.withLock(\.bytes) }

    /// How long samples wait at most before they are in the file: six intervals, between a second and a minute.
    public var flushEvery: Duration {
        max(.seconds(1), min(.seconds(60), settings.interval * 6))
    }

    /// Samples and writes until the graceful shutdown; then once more.
    public func run() async throws {
        // A slow disk or a long query holds a flush up, which must not keep samples from being taken.
        let (flushes, due) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let (end, ending) = AsyncStream<Void>.makeStream()
        due.yield()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while !Task.isCancelled {
                    guard (try? await Task.sleep(for: untilNextSample)) != nil else { return }
                    guard keepsHistory else { continue }
                    sample()
                    if isFlushDue { due.yield() }
                }
            }
            group.addTask { [self] in
                // In a task of its own: a cancelled task's writes would be dropped.
                for await _ in flushes { await Task { await flush() }.value }
            }
            await withTaskCancellationOrGracefulShutdownHandler {
                for await _ in end {}
            } onCancelOrGracefulShutdown: {
                ending.finish()
            }
            due.finish()
            group.cancelAll()
        }
        guard keepsHistory else { return }
        await Task {
            sample()
            await flush()
        }.value
    }

    /// Samples stand at whole multiples of the interval, so that each bucket gets the same number of them.
    private var untilNextSample: Duration {
        let interval = max(1, settings.interval.inMicroseconds)
        let time = now()
        return .microseconds((time.floored(by: interval) + 1) * interval - time)
    }

    private var isFlushDue: Bool {
        state.withLock { $0.lastFlush + flushEvery <= ContinuousClock.now + settings.interval / 2 }
    }

    /// Takes one sample of every series.
    func sample() {
        let instant = ContinuousClock.now
        let covered = state.withLock { state in
            defer { state.lastSample = instant }
            return (instant - state.lastSample).inMicroseconds
        }
        observe(samples(), at: now(), covered: covered)
    }

    /// Takes samples into the buckets of each tier.
    ///
    /// - Parameters:
    ///   - time: microseconds since 1970.
    ///   - covered: microseconds since the samples before.
    package func observe(_ samples: [MetricSample], at time: Int64, covered: Int64) {
        let settings = settings
        let steps = settings.tiers.map(\.step.inMicroseconds)
        // What differs from the interval by a hair is the interval: equal numbers take no space.
        let interval = settings.interval.inMicroseconds
        let isRegular = abs(covered - interval) < interval / 4
        let count = state.withLock { state in
            let buckets = state.book.observe(samples, at: time, covered: isRegular ? interval : max(1_000, covered))
            for step in steps {
                let (chunk, place) = ChunkID.locate(time, step: step)
                for (series, bucket) in buckets { state.pending.add(bucket, of: series, to: chunk, at: place) }
            }
            return state.book.entries.count
        }
        metrics.sampled(series: count)
    }

    /// The system's time, in microseconds since 1970.
    public static func systemTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
