/// The trace that a request belongs to, from `traceparent` or `X-Cloud-Trace-Context`, or made for it.
public struct TraceContext: Sendable, Hashable {
    /// 32 lower-case hexadecimal digits, not all zero.
    public let traceID: String
    /// The caller's span, 16 lower-case hexadecimal digits; nil when the trace was made here.
    public let spanID: String?
    /// Whether the caller asked for the trace to be kept.
    public let isSampled: Bool

    /// Creates a context from parts that are known to be well formed.
    public init(traceID: String, spanID: String?, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }
}
