import CoreMetrics
import Synchronization

/// One series of a histogram: swift-metrics' aggregating recorders, and its timers in seconds.
final class HistogramInstrument: RecorderHandler, TimerHandler, Sendable {
    /// What a histogram held at one instant.
    struct Snapshot: Sendable, Hashable {
        /// The number of values in each bucket alone, not summed up; the last is what exceeds every bound.
        var counts: [UInt64]
        var sum: Double
    }

    /// The buckets' upper bounds, ascending, without +Inf.
    let bounds: [Double]
    // A lock rather than atomics: it is held for a handful of instructions, and a reader sees the sum and all counts of
    // the same instant, so that count and buckets never contradict each other.
    private let state: Mutex<Snapshot>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Snapshot(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
    }

    var snapshot: Snapshot { state.withLock { $0 } }

    func record(_ value: Int64) {
        record(Double(value))
    }

    /// Counts `value`; what is not finite is ignored, for it would spoil the sum for ever.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        let bucket = bucket(of: value)
        state.withLock { state in
            state.counts[bucket] &+= 1
            state.sum += value
        }
    }

    func recordNanoseconds(_ duration: Int64) {
        record(Double(duration) / 1e9)
    }

    /// The first bucket whose bound is not below `value`. Most latencies fall into one of the first buckets, so a
    /// search from the start is as quick as any.
    private func bucket(of value: Double) -> Int {
        var index = 0
        while index < bounds.count, bounds[index] < value { index += 1 }
        return index
    }
}
