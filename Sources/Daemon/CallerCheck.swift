import Hosting
import Identity

/// Hosting's identity stage, answered by identities. What callers of the admin interface may do there is for its routes
/// to say.
struct CallerCheck: RequestAuthorizing {
    let identities: Identities

    var refusalCodes: [String] { TokenFailure.allCases.map(\.rawValue) }

    func decide(_ service: String, authorization: [String]) -> AccessAnswer {
        let answer =
            service == AdminInterface.service
            ? identities.mayEnter(admin: service, authorization: authorization)
            : identities.mayInvoke(service, authorization: authorization)
        return switch answer {
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
