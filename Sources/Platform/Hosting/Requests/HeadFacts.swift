import NIOHTTP1

/// What Hosting itself reads of a request's headers, found in one pass.
struct HeadFacts {
    private(set) var host: String?
    private(set) var hostCount = 0
    /// The declared length of the body; nil without one.
    private(set) var contentLength: Int?
    private(set) var transferEncoding: String?
    private(set) var transferEncodingCount = 0
    private(set) var expectation: String?
    private(set) var requestID: String?
    private(set) var traceparent: String?
    private(set) var cloudTraceContext: String?
    /// From where a browser's page asks: `same-origin`, `cross-site` and so on.
    private(set) var fetchSite: String?
    /// The values of all Authorization headers.
    private(set) var authorization: [String] = []
    private(set) var userAgent: String?
    private(set) var referer: String?
    /// Whether the client asks for another protocol; the parser then reads nothing behind this request.
    private(set) var asksForUpgrade = false
    /// Bytes of names and values.
    private(set) var size = 0

    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            size += name.utf8.count + value.utf8.count
            take(name.utf8, value)
        }
    }

    /// Looks at the length first, so that most names cost one comparison of numbers.
    private mutating func take(_ name: String.UTF8View, _ value: String) {
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            host = value
            hostCount += 1
        case 6 where name.equalsIgnoringCase("expect"): expectation = value
        case 7 where name.equalsIgnoringCase("referer"): referer = value
        case 7 where name.equalsIgnoringCase("upgrade"): asksForUpgrade = true
        case 10 where name.equalsIgnoringCase("user-agent"): userAgent = value
        case 11 where name.equalsIgnoringCase("traceparent"): traceparent = value
        case 12 where name.equalsIgnoringCase("x-request-id"): requestID = value
        case 13 where name.equalsIgnoringCase("authorization"): authorization.append(value)
        case 14 where name.equalsIgnoringCase("content-length"): contentLength = Int(value) ?? .max
        case 14 where name.equalsIgnoringCase("sec-fetch-site"): fetchSite = value
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            transferEncoding = value
            transferEncodingCount += 1
        case 21 where name.equalsIgnoringCase("x-cloud-trace-context"): cloudTraceContext = value
        default: break
        }
    }

    /// Whether a body follows the head.
    var announcesBody: Bool { transferEncoding != nil || (contentLength ?? 0) > 0 }

    /// The client's request id, when it is one that can be kept and shown as it is: 1 to 128 letters, digits and
    /// `- _ . : / + = @`.
    var saneRequestID: String? {
        guard let requestID, (1...128).contains(requestID.utf8.count), requestID.utf8.allSatisfy(Self.isIDByte) else {
            return nil
        }
        return requestID
    }

    /// The client's trace, from either header.
    var trace: TraceContext? {
        traceparent.flatMap(TraceContext.init(traceparent:))
            ?? cloudTraceContext.flatMap(TraceContext.init(cloudTraceContext:))
    }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte.asciiLowercased {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-")...UInt8(ascii: ":"): true
        case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"): true
        default: false
        }
    }
}
