import Hosting
import Identity
import Scheduling
import Settings

/// The tokens of jobs' calls, and what an operator has to do when one of the daemon's own services refuses a job.
struct JobTokens: JobTokenSource {
    let identities: Identities
    let bound: BoundServices
    let settings: Settings

    func identityToken(for account: String, audience: String) async throws -> String {
        try await identities.identityToken(of: account, audience: audience).token
    }

    func advice(account: String?, url: String, job: String) -> String? {
        let services = settings.services.map(\.name)
        guard let service = bound.service(of: url), services.contains(service) else { return nil }
        guard let account else {
            return Self.lacksToken(job, calling: service, project: settings.project)
        }
        return identities.invocationAdvice(account: account, service: service)
    }

    /// What to do about a job without a token whose service wants one.
    static func lacksToken(_ job: String, calling service: String, project: String) -> String {
        let email = ServiceAccount.email(FirstStartResources.invoker, project: project)
        return "\(service) requires authentication: trivetctl scheduler jobs update http \(job) "
            + "--oidc-service-account-email=\(email)"
    }
}
