import HTTPTypes

/// Says who may call a service. Hosting knows neither tokens nor accounts: the composition root brings somebody who does.
public protocol RequestAuthorizing: Sendable {
    /// Every code that a refusal can have: the values of a metric's label.
    var refusalCodes: [String] { get }

    /// Decides about a request, from its head alone. Called on the connection's event loop: it must not block.
    ///
    /// - Parameters:
    ///   - service: the service that is called.
    ///   - authorization: the values of the request's Authorization headers.
    func decide(_ service: String, authorization: [String]) -> AccessAnswer
}

/// Whether a request may go on, now or after a while.
public enum AccessAnswer: Sendable {
    case now(AccessDecision)
    /// It takes a while to find out. The request's body is read meanwhile.
    case later(@Sendable () async -> AccessDecision)
}

/// Whether a request may go on to its service.
public enum AccessDecision: Sendable {
    /// It may, in the name of a principal; nil where nobody was asked who they are.
    case allowed(principal: String?)
    /// It may not.
    case refused(AccessRefusal)
}

/// Why a request may not go on. None of it is told to who asks.
public struct AccessRefusal: Sendable, Hashable {
    /// Whether it is known who asks, and they may not (403); else nobody knows (401).
    public let isForbidden: Bool
    /// One of the authorizer's codes.
    public let code: String
    /// What the request's record says.
    public let reason: String
    /// Who asks, where that is known.
    public let principal: String?

    /// Creates a refusal.
    public init(isForbidden: Bool, code: String, reason: String, principal: String? = nil) {
        self.isForbidden = isForbidden
        self.code = code
        self.reason = reason
        self.principal = principal
    }

    /// The answer: the same words whatever the reason.
    var problem: HTTPProblem {
        isForbidden
            ? HTTPProblem(.forbidden, "permission denied.", reason: reason)
            : HTTPProblem(
                .unauthorized, "authentication required.", headers: [.wwwAuthenticate: "Bearer"], reason: reason)
    }
}
