import CoreMetrics
import Database
import Foundation
import Instruments
import Logging
import Settings
import Synchronization

@testable import MetricHistory

/// Random numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A history in a folder of its own, with a clock that the test moves.
final class TestHistory: Sendable {
    /// A whole hour.
    static let start: Int64 = 1_800_000_000_000_000
    static let second: Int64 = 1_000_000

    let folder: String
    let file: DatabaseFile
    let registry: MetricRegistry
    let history: MetricHistory

    init(
        folder: String? = nil, settings: MetricHistorySettings = MetricHistorySettings(), at time: Int64 = start,
        registry: MetricRegistry = MetricRegistry()
    ) throws {
        let folder = folder ?? NSTemporaryDirectory() + "trivet-history-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        self.registry = registry
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        file = try DatabaseFile.open(
            DatabaseConfiguration(
                path: folder + "/telemetry.db", applicationID: 0x5452_5654, synchronous: .normal,
                migrations: MetricHistory.migrations(after: 0), name: "telemetry", incrementalVacuum: true,
                overwritesDeleted: false),
            metrics: NOOPMetricsHandler.instance, logger: logger, onFatalError: { _ in })
        let clock = Box(time)
        history = MetricHistory(
            database: { [file] in file }, settings: settings, samples: { registry.samples() },
            metrics: NOOPMetricsHandler.instance, logger: logger, now: { clock.value.withLock { $0 } })
        self.clock = clock
    }

    private let clock: Box

    private final class Box: Sendable {
        let value: Mutex<Int64>
        init(_ time: Int64) { value = Mutex(time) }
    }

    var now: Int64 { clock.value.withLock { $0 } }

    func advance(_ seconds: Int64) { clock.value.withLock { $0 += seconds * Self.second } }

    /// Takes one sample of the registry, a number of seconds after the one before.
    func sample(after seconds: Int64 = 10) {
        advance(seconds)
        history.observe(registry.samples(), at: now, covered: seconds * Self.second)
    }

    /// Ends as a killed process does: what was not flushed is lost.
    func close() async throws { try await file.close() }

    func remove() async throws {
        try await close()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Another process on the same folder.
    func reopened(settings: MetricHistorySettings? = nil, registry: MetricRegistry = MetricRegistry()) throws
        -> TestHistory
    {
        try TestHistory(folder: folder, settings: settings ?? history.settings, at: now, registry: registry)
    }

    /// The one series of an answer.
    func query(
        _ selector: String, _ function: MetricQuery.Function = .value, last seconds: Int64, step: Int64? = nil,
        merge: Bool = false
    ) async throws -> [MetricQueryResult.Series] {
        try await history.read(
            MetricQuery(
                try MetricSelector(parsing: selector), function: function, since: now - seconds * Self.second,
                until: now + 1, step: step.map { .seconds($0) }, merge: merge)
        ).series
    }
}
