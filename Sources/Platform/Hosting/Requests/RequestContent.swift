import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization

/// What a `HostedRequest` shows, by reference, so that handing a request on costs nothing.
final class RequestContent: Sendable {
    let method: HTTPRequest.Method
    let target: RequestTarget
    let headers: HTTPHeaders
    let parameters: [String: String]
    let serviceName: String
    let requestID: String
    let trace: TraceContext?
    let peer: Peer
    let principal: String?
    let body: RequestBody
    /// What the service notes for the record.
    let error = Mutex<String?>(nil)

    init(
        method: HTTPRequest.Method, target: RequestTarget, headers: HTTPHeaders, parameters: [String: String],
        serviceName: String, requestID: String, trace: TraceContext?, peer: Peer, principal: String?, body: RequestBody
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.parameters = parameters
        self.serviceName = serviceName
        self.requestID = requestID
        self.trace = trace
        self.peer = peer
        self.principal = principal
        self.body = body
    }

    /// The headers as HTTPTypes has them. Made when asked for: few services ask.
    var fields: HTTPFields {
        var fields = HTTPFields()
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        return fields
    }
}
