import HTTPTypes
import NIOHTTP1

/// What a failure of NIO's parser means for the client.
struct ParserFailure {
    /// How it is counted.
    let rejection: Rejection
    /// What was wrong, in a few words.
    let reason: String
    private let status: HTTPResponse.Status

    init(_ error: any Error) {
        switch error as? HTTPParserError {
        case .headerOverflow: self.init(.headerTooLarge, "its headers are too large", .requestHeaderFieldsTooLarge)
        case .invalidVersion: self.init(.badRequest, "only HTTP/1.0 and HTTP/1.1 are spoken here", .init(code: 505))
        case .invalidMethod: self.init(.badRequest, "unknown method")
        case .invalidURL: self.init(.badRequest, "invalid target")
        case .invalidHeaderToken: self.init(.badRequest, "invalid header")
        case .invalidContentLength: self.init(.badRequest, "invalid Content-Length")
        case .unexpectedContentLength: self.init(.badRequest, "more than one length of the body")
        case .invalidChunkSize: self.init(.badRequest, "invalid chunk size")
        case .invalidEOFState: self.init(.badRequest, "it ends too early")
        default: self.init(.badRequest, "it is not HTTP")
        }
    }

    private init(_ rejection: Rejection, _ reason: String, _ status: HTTPResponse.Status = .badRequest) {
        self.rejection = rejection
        self.reason = reason
        self.status = status
    }

    /// The answer.
    var problem: HTTPProblem { HTTPProblem(status, "the request cannot be read: \(reason).") }
}
