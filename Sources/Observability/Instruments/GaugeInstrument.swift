import CoreMetrics
import Synchronization

/// One series of a gauge: swift-metrics' meters, and its recorders that do not aggregate.
final class GaugeInstrument: MeterHandler, RecorderHandler, Sendable {
    private let bits = Atomic<UInt64>(0)

    var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }

    func increment(by amount: Double) {
        guard amount.isFinite else { return }
        bits.update { $0 + amount }
    }

    func decrement(by amount: Double) {
        guard amount.isFinite else { return }
        bits.update { $0 - amount }
    }
}
