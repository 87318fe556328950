/// Upper bounds of histogram buckets.
public enum MetricBuckets {
    /// For latencies in seconds, from 100 µs to 10 s, so dense that quantiles of a healthy service can be told.
    public static let seconds: [Double] = [
        0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// For sizes in bytes, from 256 B to 1 GiB.
    public static let bytes: [Double] = (4...15).map { Double(1 << (2 * $0)) }
    /// For numbers of things, from 1 to 10,000.
    public static let counts: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000]

    /// The bounds for a metric of which nobody has told any: by the unit at the end of its name.
    static func standard(for name: String) -> [Double] {
        if name.utf8.reversed().starts(with: "_seconds".utf8.reversed()) { return seconds }
        if name.utf8.reversed().starts(with: "_bytes".utf8.reversed()) { return bytes }
        return counts
    }

    /// Whether these are bounds at all: one at least, finite, ascending.
    static func areValid(_ bounds: [Double]) -> Bool {
        !bounds.isEmpty && bounds.allSatisfy(\.isFinite) && zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }
    }
}
