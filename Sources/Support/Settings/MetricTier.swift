/// One resolution in which the metric history is kept, and for how long: `10s:2d` in the file.
public struct MetricTier: Sendable, Hashable {
    /// The width of a bucket.
    public var step: Duration
    /// Buckets older than this are deleted.
    public var retention: Duration

    /// A tier of buckets of the width `step`, kept for `retention`.
    public init(step: Duration, retention: Duration) {
        self.step = step
        self.retention = retention
    }

    /// The text that ``parse(_:)`` reads back: `10s:2d`.
    public var description: String {
        "\(DurationText.string(step)):\(DurationText.string(retention))"
    }

    /// Reads `STEP:RETENTION`, two durations such as `10s:2d`.
    public static func parse(_ text: String) throws(ValueTextError) -> MetricTier {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, let step = String(parts[0]), let retention = String(parts[1]) else {
            throw ValueTextError("is not a tier: write STEP:RETENTION, such as 10s:2d")
        }
        return MetricTier(step: try DurationText.parse(step), retention: try DurationText.parse(retention))
    }
}
