import AdminAccess
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON

/// Tokens of service accounts for those who may act for them: the IAM Service Account Credentials API.
///
/// It signs no JWT and no blob of a caller's own: the key would be the daemon's, which signs for every account.
struct CredentialRoutes: Sendable {
    let identities: Identities
    let cloud: CloudRoutes
    let accounts: AccountRoutes

    var routes: [Route] {
        [
            route("generateAccessToken") { account, body, call in
                guard try !body.cloudTexts("scope").isEmpty else { throw CloudProblem.required("scope") }
                let token = try await identities.accessToken(of: account, lifetime: try Self.lifetime(body))
                var answer = JSONObject()
                answer["accessToken"] = .string(token.token)
                answer["expireTime"] = .string(token.expireTime.rfc3339)
                return call.answer(answer)
            },
            route("generateIdToken") { account, body, call in
                guard let audience = try body.cloudText("audience") else { throw CloudProblem.required("audience") }
                let token = try await identities.identityToken(of: account, audience: audience)
                var answer = JSONObject()
                answer["token"] = .string(token.token)
                return call.answer(answer)
            },
        ]
    }

    private func route(
        _ verb: String,
        _ handler:
            @escaping @Sendable (
                _ account: String, _ body: JSONObject, _ call: CloudCall
            ) async throws -> HostedResponse
    ) -> Route {
        let kind = CloudRoutes.Kind.allowed(.actAs, "iam.serviceAccounts.\(verb)") { [identities] request in
            let name = request.parameters["account"] ?? ""
            return .account(identities.accounts.first { $0.uniqueID == name }?.email ?? name)
        }
        return cloud.route(kind, .post, "\(AccountRoutes.one):\(verb)") { call in
            let account = try accounts.account(call)
            let body = try await call.body()
            guard try body.cloudTexts("delegates").isEmpty else { throw CloudProblem.notOffered("chains of delegates") }
            return try await handler(account.email, body, call)
        }
    }

    /// How long a token is wanted for: an hour at most, and without a wish.
    private static func lifetime(_ body: JSONObject) throws(CloudProblem) -> Duration {
        guard let text = try body.cloudText("lifetime") else { return Identities.tokenLifetime }
        let longest = Double(Identities.tokenLifetime.components.seconds)
        guard text.last == "s", let seconds = Double(text.dropLast()), (1...longest).contains(seconds) else {
            throw .invalid("Invalid lifetime \(text): it is 1s to 3600s.")
        }
        return .seconds(Int64(seconds))
    }
}
