/// What the history answers.
public struct MetricQueryResult: Sendable, Hashable {
    /// One bucket of the answer.
    public struct Point: Sendable, Hashable {
        /// When the bucket begins, in microseconds since 1970.
        public let time: Int64
        /// What the function makes of the bucket; nil where it makes nothing, such as a quantile of no values.
        public let value: Double?
        /// A gauge's least value.
        public var min: Double?
        /// A gauge's greatest value.
        public var max: Double?
        /// The sum of a gauge's samples, or of a histogram's values; what a counter rose by.
        public var sum: Double?
        /// How many samples a gauge's bucket has, or values a histogram's.
        public var count: Double?
    }

    /// One series.
    public struct Series: Sendable, Hashable {
        /// The metric's name.
        public let name: String
        /// The metric's kind.
        public let kind: MetricKind
        /// The labels; none where series were merged.
        public let labels: [MetricLabel]
        /// The buckets of which something is known, the oldest first.
        public let points: [Point]
    }

    /// Microseconds since 1970: the beginning of the first bucket.
    public let start: Int64
    /// Microseconds since 1970: the end.
    public let end: Int64
    /// The width of a bucket of the answer, in microseconds.
    public let step: Int64
    /// The width of a bucket of the tier that was read, in microseconds.
    public let tierStep: Int64
    /// The series, sorted by name and labels.
    public let series: [Series]
}
