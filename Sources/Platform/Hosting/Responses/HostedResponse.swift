public import HTTPTypes
public import JSON

/// A service's answer.
public struct HostedResponse: Sendable {
    /// The answer's body.
    public enum Body: Sendable {
        /// No body.
        case empty
        /// Bytes, sent with their length.
        case bytes([UInt8])
        /// Bytes that are made while they are sent. An error in the middle closes the connection without ending the
        /// body, so that the client sees that it is not whole. The task is cancelled when the client goes away.
        case stream(@Sendable (BodyWriter) async throws -> Void)
        /// The same with a length that is known before: the answer carries it, and a body of another one is an error.
        case sizedStream(Int, @Sendable (BodyWriter) async throws -> Void)

        /// What makes a streamed body.
        var producer: (@Sendable (BodyWriter) async throws -> Void)? {
            switch self {
            case .stream(let producer), .sizedStream(_, let producer): producer
            case .empty, .bytes: nil
            }
        }
    }

    /// The status.
    public var status: HTTPResponse.Status
    /// The headers; length, date, connection and request id are Hosting's.
    public var headers: HTTPFields
    /// The body.
    public var body: Body

    /// Creates an answer.
    public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A JSON value as `application/json`.
    public static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> HostedResponse {
        HostedResponse(status: status, headers: jsonHeaders, body: .bytes(value.serialized()))
    }

    /// Text as `text/plain; charset=utf-8`.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> HostedResponse {
        HostedResponse(status: status, headers: textHeaders, body: .bytes(Array(text.utf8)))
    }

    private static let jsonHeaders: HTTPFields = [.contentType: "application/json"]
    private static let textHeaders: HTTPFields = [.contentType: "text/plain; charset=utf-8"]
}
