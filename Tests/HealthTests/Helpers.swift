import CoreMetrics
import Health
import Logging
import Synchronization

/// A number that several tasks change.
final class SharedNumber: Sendable {
    private let number = Atomic<Int>(0)
    var value: Int { number.load(ordering: .relaxed) }
    func increment() { number.wrappingAdd(1, ordering: .relaxed) }
    func set(_ value: Int) { number.store(value, ordering: .relaxed) }
}

/// How many are within something at once.
final class Overlaps: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }
    func enter() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { state.withLock { $0.now -= 1 } }
}

/// A status that a test changes.
final class SharedStatus: Sendable {
    private let status = Mutex(HealthStatus.pass)
    var value: HealthStatus { status.withLock { $0 } }
    func set(_ value: HealthStatus) { status.withLock { $0 = value } }
}

/// Holds up whoever waits until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

/// Keeps log lines: level, message, and metadata sorted by name.
struct LogKeeper: LogHandler {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }
    private let kept = Lines()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    var lines: [String] { kept.lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
        kept.lines.withLock { $0.append("\(event.level) \(event.message)\(fields.joined())") }
    }
}

/// Keeps the values of gauges by their label `check`.
final class GaugeKeeper: MetricsFactory, Sendable {
    private let gauges = Mutex<[String: KeptGauge]>([:])

    func value(_ check: String) -> Double? { gauges.withLock { $0[check]?.value } }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        let gauge = KeptGauge()
        gauges.withLock { $0[dimensions.first?.1 ?? ""] = gauge }
        return gauge
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        NOOPMetricsHandler.instance
    }
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

final class KeptGauge: MeterHandler {
    private let number = Mutex(-1.0)
    var value: Double { number.withLock { $0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { number.withLock { $0 = value } }
    func increment(by: Double) {}
    func decrement(by: Double) {}
}
