import Synchronization

extension Atomic where Value == UInt64 {
    /// Replaces the Double whose bit pattern this holds by what `change` makes of it; `change` may run several times.
    func update(_ change: (Double) -> Double) {
        var old = load(ordering: .relaxed)
        while true {
            let new = change(Double(bitPattern: old)).bitPattern
            let (exchanged, original) = weakCompareExchange(expected: old, desired: new, ordering: .relaxed)
            if exchanged { return }
            old = original
        }
    }
}
