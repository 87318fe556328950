import Hosting
import Identity

/// Hosting's identity stage, answered by identities.
struct InvokerCheck: RequestAuthorizing {
    let identities: Identities

    var refusalCodes: [String] { TokenFailure.allCases.map(\.rawValue) }

    func decide(_ service: String, authorization: [String]) -> AccessAnswer {
        switch identities.mayInvoke(service, authorization: authorization) {
        case .now(let verdict): .now(Self.decision(verdict))
        case .later(let verdict): .later { Self.decision(await verdict()) }
        }
    }

    private static func decision(_ verdict: InvocationVerdict) -> AccessDecision {
        switch verdict {
        case .allowed(let principal): .allowed(principal: principal?.email)
        case .refused(let failure, let reason, let principal):
            .refused(
                AccessRefusal(
                    // A good token, of somebody who may not.
                    isForbidden: failure == .unbound, code: failure.rawValue, reason: reason,
                    principal: principal?.email))
        }
    }
}
