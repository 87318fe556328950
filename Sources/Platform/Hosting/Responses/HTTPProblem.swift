public import HTTPTypes

/// A request that cannot be answered as asked: the status, the sentence for the client, and the reason for the record.
public struct HTTPProblem: Error, Sendable, CustomStringConvertible {
    /// The answer's status.
    public let status: HTTPResponse.Status
    /// One sentence for the client.
    public let message: String
    /// Headers of the answer, such as `Allow` or `WWW-Authenticate`.
    public let headers: HTTPFields
    /// What happened, for the request's record and not for the client; nil: the message says it all.
    public let reason: String?

    /// Creates a problem.
    ///
    /// - Parameters:
    ///   - status: the answer's status.
    ///   - message: one sentence for the client.
    ///   - headers: headers of the answer.
    ///   - reason: what the request's record says instead of the message.
    public init(
        _ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:], reason: String? = nil
    ) {
        self.status = status
        self.message = message
        self.headers = headers
        self.reason = reason
    }

    /// 400 with a sentence that says what is wrong with the request.
    public static func badRequest(_ message: String) -> HTTPProblem {
        HTTPProblem(.badRequest, message)
    }

    /// 404 with a sentence.
    public static func notFound(_ message: String) -> HTTPProblem {
        HTTPProblem(.notFound, message)
    }

    /// What a service's failure looks like from outside: 500 without the reason, which only record and log get.
    public static func internalError(_ reason: String) -> HTTPProblem {
        HTTPProblem(.internalServerError, "internal error", reason: reason)
    }

    /// Status and reason, for logs.
    public var description: String { "\(status.code) \(reason ?? message)" }
}

extension HTTPResponse.Status {
    /// 507: there is no room to store what was sent (RFC 4918).
    public static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}
