extension Duration {
    /// Whether this is a whole number of times `other`, counted in microseconds, which is all that settings can tell.
    func isMultiple(of other: Duration) -> Bool {
        let (whole, part) = (microseconds, other.microseconds)
        return part > 0 && whole % part == 0
    }

    private var microseconds: Int64 {
        let (micros, overflow) = components.seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : micros &+ components.attoseconds / 1_000_000_000_000
    }
}
