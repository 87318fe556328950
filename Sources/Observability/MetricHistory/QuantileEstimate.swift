/// A quantile from the buckets of a histogram, as PromQL's `histogram_quantile` has it: within a bucket values are taken
/// to lie evenly, the lowest bucket to begin at 0, and what exceeds every bound counts as the greatest bound.
enum QuantileEstimate {
    /// - Parameters:
    ///   - share: 0 to 1.
    ///   - counts: the values in each bucket alone; the last is what exceeds every bound.
    /// - Returns: nil where there are no values.
    static func quantile(_ share: Double, counts: [UInt64], bounds: [Double]) -> Double? {
        let total = counts.reduce(0) { $0 + Double($1) }
        guard total > 0, let greatest = bounds.last else { return nil }
        let rank = share * total
        var below = 0.0
        for (index, bound) in bounds.enumerated() where index < counts.count {
            let inBucket = Double(counts[index])
            if inBucket > 0, below + inBucket >= rank {
                let lower = index > 0 ? bounds[index - 1] : min(0, bound)
                return lower + (bound - lower) * max(0, rank - below) / inBucket
            }
            below += inBucket
        }
        return greatest
    }
}
