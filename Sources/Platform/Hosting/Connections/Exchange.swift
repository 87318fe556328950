import HTTPTypes
import NIOCore
import NIOHTTP1
import RequestLog
import Synchronization

/// One request and its answer, from the head to the record. It belongs to its connection's loop.
final class Exchange {
    let head: HTTPRequestHead
    let facts: HeadFacts
    let method: HTTPRequest.Method
    let timestamp = WallClock.microseconds()
    let started = NIODeadline.now()
    let requestID: String
    let trace: TraceContext

    /// The target, once it was taken apart.
    var target: RequestTarget?
    var route: Route?
    var parameters: [String: String] = [:]
    /// The index of the route's path, or of `_other`.
    var pathIndex: Int
    /// Who asks, once that is known.
    var principal: String?
    /// What is still to be found out about who asks.
    var pendingAccess: (@Sendable () async -> AccessDecision)?
    /// Whether it was refused for who asks.
    var isAccessRefused = false
    /// What is wrong with the request; it is answered when the body has been read past.
    var problem: HTTPProblem?
    /// Where a streamed body goes; the handler is under way then.
    var feed: BodyFeed?
    /// Whether the client waits for 100 Continue, which the handler's first wish for the body sends.
    var awaitsContinue = false
    /// The answer of a handler that did not want the body's rest, until that has been read past.
    var earlyAnswer: HostedResponse?
    /// The body as far as it has come.
    var body = ByteBuffer()
    /// Bytes of the body that have come, whether kept or not.
    var bodySize = 0
    /// Whether the request has come to its end.
    var isWhole = false
    /// Whether the connection closes behind the answer.
    var closesConnection: Bool

    /// What the service was given.
    var content: RequestContent?
    /// The handler's task, while it may still be cancelled.
    var task: Task<Void, Never>?
    /// Whether the answer's head was sent and its body is being made.
    var isStreaming = false
    /// Whether the streamed body is sent in chunks; else its end is the connection's.
    var sendsChunks = false
    /// The length that the streamed answer has announced.
    var announcedSize: Int?
    /// Whether it was counted and recorded.
    var isConcluded = false
    /// The answer's status; 0 before there is one.
    var status = 0
    /// Bytes of the answer's body.
    var responseSize = 0
    /// What went wrong, for the record.
    var error: String?
    /// Whether it was ours, after a head that said otherwise was sent.
    var hasFailed = false

    init(_ head: HTTPRequestHead, pathIndex: Int, loop: LoopResources) {
        self.head = head
        self.pathIndex = pathIndex
        facts = HeadFacts(head.headers)
        method = Self.method(head.method)
        closesConnection = !head.isKeepAlive || facts.asksForUpgrade || head.method == .CONNECT
        trace =
            facts.trace
            ?? TraceContext(
                traceID: Hexadecimal.text(loop.nextRandom(), loop.nextRandom() | 1), spanID: nil, isSampled: false)
        requestID = facts.saneRequestID ?? (trace.spanID == nil ? trace.traceID : Hexadecimal.text(loop.nextRandom()))
    }

    private static func method(_ method: HTTPMethod) -> HTTPRequest.Method {
        switch method {
        case .GET: .get
        case .POST: .post
        case .HEAD: .head
        case .PUT: .put
        case .DELETE: .delete
        default: HTTPRequest.Method(method.rawValue) ?? .trace
        }
    }

    /// What is kept of the request.
    func record(service: String, route: String, peer: Peer, latency: Int64) -> RequestRecord {
        RequestRecord(
            timestamp: timestamp, severity: hasFailed ? .error : nil, service: service, method: head.method.rawValue,
            url: head.uri,
            requestSize: bodySize, status: status, responseSize: responseSize, userAgent: facts.userAgent,
            remoteIP: peer.ipAddress, referer: facts.referer, latency: .nanoseconds(latency),
            protocol: head.version.minor == 0 ? "HTTP/1.0" : "HTTP/1.1", trace: trace.traceID, spanID: trace.spanID,
            route: route, principal: principal, requestID: requestID,
            error: content?.error.withLock { $0 } ?? error)
    }
}
