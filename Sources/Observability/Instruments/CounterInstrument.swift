import CoreMetrics
import Synchronization

/// One series of a counter. An update is one atomic addition, so the request path pays next to nothing.
final class CounterInstrument: CounterHandler, FloatingPointCounterHandler, Sendable {
    /// Whole increments, apart from the others so that the ordinary update needs no compare-and-swap loop.
    private let whole = Atomic<UInt64>(0)
    /// The sum of the fractional increments, a Double's bit pattern.
    private let fractional = Atomic<UInt64>(0)

    var value: Double {
        Double(whole.load(ordering: .relaxed)) + Double(bitPattern: fractional.load(ordering: .relaxed))
    }

    /// Adds `amount`; a counter only rises, so a negative amount is ignored.
    func increment(by amount: Int64) {
        guard amount > 0 else { return }
        whole.wrappingAdd(UInt64(amount), ordering: .relaxed)
    }

    /// Adds `amount`; a negative amount, or one that is not finite, is ignored.
    func increment(by amount: Double) {
        guard amount.isFinite, amount > 0 else { return }
        fractional.update { $0 + amount }
    }

    func reset() {
        set(to: 0)
    }

    /// For what is counted elsewhere, such as the kernel's count of processor time.
    func set(to total: Double) {
        fractional.store(total.bitPattern, ordering: .relaxed)
        whole.store(0, ordering: .relaxed)
    }
}
