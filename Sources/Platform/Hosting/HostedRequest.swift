public import HTTPTypes
public import JSON
import Synchronization

/// A request as a service sees it: parsed, within its limits, with an id and a trace. Its body is whole.
public struct HostedRequest: Sendable {
    private let storage: Storage

    /// The method.
    public var method: HTTPRequest.Method { storage.method }
    /// The path, percent-decoded.
    public var path: String { storage.path }
    /// The query's items, decoded.
    public var query: QueryItems { storage.query }
    /// The headers.
    public var headers: HTTPFields { storage.headers }
    /// The values of the route's `{…}` parts, percent-decoded.
    public var parameters: [String: String] { storage.parameters }
    /// The name of the service that was asked.
    public var serviceName: String { storage.serviceName }
    /// The request's id: the client's `X-Request-Id`, or made here; the answer carries it.
    public var requestID: String { storage.requestID }
    /// The trace that the request belongs to.
    public var trace: TraceContext? { storage.trace }
    /// Who asks.
    public var peer: Peer { storage.peer }
    /// The principal whose token was verified; nil without authentication.
    public var principal: String? { storage.principal }

    /// Creates a request, for tests of services without a socket.
    public init(
        _ method: HTTPRequest.Method, _ path: String, query: QueryItems = QueryItems(), headers: HTTPFields = [:],
        parameters: [String: String] = [:], serviceName: String = "", requestID: String = "",
        trace: TraceContext? = nil, peer: Peer = .tcp("127.0.0.1"), principal: String? = nil, body: [UInt8] = []
    ) {
        storage = Storage(
            method: method, path: path, query: query, headers: headers, parameters: parameters,
            serviceName: serviceName, requestID: requestID, trace: trace, peer: peer, principal: principal, body: body)
    }

    /// The whole body.
    ///
    /// - Throws: `HTTPProblem` 413 when it is larger than the limit.
    public func body() async throws -> [UInt8] { storage.body }

    /// The body as a JSON object.
    ///
    /// - Throws: `HTTPProblem` 415 without `Content-Type: application/json`, 400 for what is not a JSON object.
    public func jsonObject() async throws -> JSONObject {
        guard case .object(let object) = try JSONValue(parsing: try await body()) else {
            throw HTTPProblem.badRequest("the body is not a JSON object.")
        }
        return object
    }

    /// Puts a reason into the request's record; the client does not see it.
    public func note(error: String) { storage.error.withLock { $0 = error } }

    private final class Storage: Sendable {
        let method: HTTPRequest.Method
        let path: String
        let query: QueryItems
        let headers: HTTPFields
        let parameters: [String: String]
        let serviceName: String
        let requestID: String
        let trace: TraceContext?
        let peer: Peer
        let principal: String?
        let body: [UInt8]
        let error = Mutex<String?>(nil)

        init(
            method: HTTPRequest.Method, path: String, query: QueryItems, headers: HTTPFields,
            parameters: [String: String], serviceName: String, requestID: String, trace: TraceContext?, peer: Peer,
            principal: String?, body: [UInt8]
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.parameters = parameters
            self.serviceName = serviceName
            self.requestID = requestID
            self.trace = trace
            self.peer = peer
            self.principal = principal
            self.body = body
        }
    }
}
