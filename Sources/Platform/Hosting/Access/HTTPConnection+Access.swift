import HTTPTypes
import Settings

/// The identity stage: behind the limits, before the service.
extension HTTPConnection {
    /// A larger body of a request that is refused is not read past: its client gets its answer, and a new connection.
    static let refusedBodyLimit = 16_384

    /// Decides who asks, and whether they may.
    ///
    /// - Throws: 401 or 403.
    func authorize(_ exchange: Exchange) throws(HTTPProblem) {
        guard host.host.authentication == .required else { return }
        guard let authorizer = host.authorizer else {
            throw refuse(exchange, AccessRefusal(isForbidden: false, code: "", reason: "nobody here verifies tokens"))
        }
        switch authorizer.decide(host.name, authorization: exchange.facts.authorization) {
        case .now(.allowed(let principal)): exchange.principal = principal
        case .now(.refused(let refusal)): throw refuse(exchange, refusal)
        case .later(let decision): exchange.pendingAccess = decision
        }
    }

    /// Counts a refusal and notes who was refused.
    func refuse(_ exchange: Exchange, _ refusal: AccessRefusal) -> HTTPProblem {
        host.metrics.countRefused(refusal.code)
        exchange.principal = refusal.principal
        exchange.isAccessRefused = true
        return refusal.problem
    }
}

extension OwedAnswer {
    /// The handler behind a decision that takes a while.
    func waiting(
        for decision: @escaping @Sendable () async -> AccessDecision, then handler: @escaping Route.Handler
    ) -> Route.Handler {
        { request in
            switch await decision() {
            case .allowed(let principal):
                onLoop { $1.principal = principal }
                return try await handler(request.named(principal))
            case .refused(let refusal):
                onLoop { _ = $0.refuse($1, refusal) }
                throw refusal.problem
            }
        }
    }
}
