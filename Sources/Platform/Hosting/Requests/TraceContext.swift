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

extension TraceContext {
    /// Parses a W3C `traceparent` header: `00-<32 hex>-<16 hex>-<2 hex>`; later versions may have more behind it.
    init?(traceparent: String) {
        let parts = traceparent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[0].isLowerHexadecimal,
            !parts[0].elementsEqual("ff".utf8), parts.count == 4 || !parts[0].elementsEqual("00".utf8),
            parts[1].count == 32, parts[1].isLowerHexadecimal, parts[1].contains(where: { $0 != UInt8(ascii: "0") }),
            parts[2].count == 16, parts[2].isLowerHexadecimal, parts[2].contains(where: { $0 != UInt8(ascii: "0") }),
            parts[3].count == 2, parts[3].isLowerHexadecimal,
            let flags = parts[3].last.flatMap(PercentCoding.hexadecimalDigit)
        else { return nil }
        self.init(
            traceID: String(Substring(parts[1])), spanID: String(Substring(parts[2])), isSampled: flags & 1 == 1)
    }

    /// Parses Google's `X-Cloud-Trace-Context` header: `TRACE_ID/SPAN_ID;o=OPTIONS`, where the span is decimal and
    /// span and options may be absent.
    init?(cloudTraceContext: String) {
        let halves = cloudTraceContext.utf8.split(separator: UInt8(ascii: ";"), maxSplits: 1)
        guard let context = halves.first else { return nil }
        let parts = context.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        guard let trace = parts.first, trace.count == 32,
            trace.allSatisfy({ PercentCoding.hexadecimalDigit($0) != nil }),
            trace.contains(where: { $0 != UInt8(ascii: "0") })
        else { return nil }
        let span = parts.count == 2 ? UInt64(Substring(parts[1])).flatMap { $0 == 0 ? nil : $0 } : nil
        self.init(
            traceID: String(decoding: trace.map(\.asciiLowercased), as: UTF8.self),
            spanID: span.map { Hexadecimal.text($0) },
            isSampled: halves.count == 2 && halves[1].elementsEqual("o=1".utf8))
    }
}

extension Collection<UInt8> {
    fileprivate var isLowerHexadecimal: Bool {
        allSatisfy { PercentCoding.hexadecimalDigit($0) != nil && $0 == $0.asciiLowercased }
    }
}
