public import HTTPTypes
public import JSON
import NIOCore
import NIOHTTP1
import Synchronization

/// A request as a service sees it: parsed, within its limits, with an id and a trace. Its body is whole, unless
/// the route takes it as a stream.
public struct HostedRequest: Sendable {
    private let content: RequestContent
    /// The principal, where it was known only after the request was whole.
    private var latePrincipal: String?

    /// The method.
    public var method: HTTPRequest.Method { content.method }
    /// The path, percent-decoded.
    public var path: String { content.target.path }
    /// The query's items, decoded.
    public var query: QueryItems { content.target.query }
    /// The headers.
    public var headers: HTTPFields { content.fields }
    /// The values of the route's `{…}` parts, percent-decoded.
    public var parameters: [String: String] { content.parameters }
    /// The name of the service that was asked.
    public var serviceName: String { content.serviceName }
    /// The request's id: the client's `X-Request-Id`, or made here; the answer carries it.
    public var requestID: String { content.requestID }
    /// The trace that the request belongs to.
    public var trace: TraceContext? { content.trace }
    /// Who asks.
    public var peer: Peer { content.peer }
    /// The principal whose token was verified; nil without authentication.
    public var principal: String? { latePrincipal ?? content.principal }

    init(_ content: RequestContent) { self.content = content }

    /// Creates a request, for tests of services without a socket.
    ///
    /// - Parameter target: path and query as a request line has them.
    /// - Throws: `HTTPProblem` 400 for a target with bad percent-encoding.
    public init(
        _ method: HTTPRequest.Method, _ target: String, headers: HTTPFields = [:], parameters: [String: String] = [:],
        serviceName: String = "", requestID: String = "", trace: TraceContext? = nil, peer: Peer = .tcp("127.0.0.1"),
        principal: String? = nil, body: [UInt8] = []
    ) throws(HTTPProblem) {
        content = RequestContent(
            method: method, target: try RequestTarget(parsing: target),
            headers: HTTPHeaders(headers.map { ($0.name.rawName, $0.value) }), parameters: parameters,
            serviceName: serviceName, requestID: requestID, trace: trace, peer: peer, principal: principal,
            body: .whole(ByteBuffer(bytes: body)))
    }

    /// The body, part by part. Of a route that takes it as a stream these come as the client sends them, for one
    /// reader.
    public var bodyParts: BodyReader { BodyReader(content.body.feed) }

    /// The whole body.
    ///
    /// - Throws: `HTTPProblem` 413 when it is larger than the limit.
    public func body() async throws -> [UInt8] { Array(try await content.body.collected().readableBytesView) }

    /// The body as a JSON object.
    ///
    /// - Throws: `HTTPProblem` 415 without `Content-Type: application/json`, 400 for what is not a JSON object.
    public func jsonObject() async throws -> JSONObject {
        guard let type = content.headers.first(name: "content-type"), Self.isJSON(type) else {
            throw HTTPProblem(.unsupportedMediaType, "the body must be sent with Content-Type: application/json.")
        }
        let body = try await content.body.collected()
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: body.readableBytesView)
        } catch {
            throw HTTPProblem.badRequest("the body is not valid JSON: \(error).")
        }
        guard case .object(let object) = value else {
            throw HTTPProblem.badRequest("the body must be a JSON object, not \(value.typeName).")
        }
        return object
    }

    /// The same request, in a principal's name.
    func named(_ principal: String?) -> HostedRequest {
        var request = self
        request.latePrincipal = principal
        return request
    }

    /// Puts a reason into the request's record; the client does not see it.
    public func note(error: String) { content.error.withLock { $0 = error } }

    private static func isJSON(_ type: String) -> Bool {
        let end = type.utf8.firstIndex { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: " ") } ?? type.utf8.endIndex
        return type.utf8[..<end].equalsIgnoringCase("application/json")
    }
}
