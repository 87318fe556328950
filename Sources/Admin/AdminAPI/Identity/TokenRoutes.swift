import AdminAccess
import AdminModel
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import Settings

/// Tokens, for the user at the other end of the socket, as the kernel names them, and for the accounts that they may
/// act as.
struct TokenRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            ask(AdminPath.identityToken, isAudited: isForAccount) { call in
                let body = try await call.body(allowed: ["serviceAccount", "audience"])
                let audience = try body.optionalText("audience") ?? ServiceAudiences.commandLine
                switch try await subject(body, call) {
                case .account(let email):
                    return .token(try await parts.identities.identityToken(of: email, audience: audience))
                case .user(let user):
                    return .token(try await parts.identities.identityToken(of: user, audience: audience))
                }
            },
            ask(AdminPath.accessToken, isAudited: isForAccount) { call in
                switch try await subject(try await call.body(allowed: ["serviceAccount"]), call) {
                case .account(let email): return .token(try await parts.identities.accessToken(of: email))
                case .user(let user): return .token(try await parts.identities.accessToken(of: user))
                }
            },
        ]
    }

    /// One for oneself gives nobody more than they have. (What is wrong with a body, the handler tells.)
    @Sendable private func isForAccount(_ call: AdminCall) async -> Bool {
        let body = try? await call.body(allowed: ["serviceAccount", "audience"])
        return body?["serviceAccount"].map { $0 != .null } ?? false
    }

    private enum Subject {
        case user(LocalUser)
        case account(String)
    }

    private func subject(_ body: JSONObject, _ call: AdminCall) async throws(AdminProblem) -> Subject {
        guard case .unix(let credentials) = call.request.peer else {
            throw .denied("tokens are given on the unix socket only, where the kernel says who asks")
        }
        let user = LocalUser(name: await parts.userNames.name(of: credentials.uid), uid: credentials.uid)
        guard let given = try body.optionalText("serviceAccount") else { return .user(user) }
        let account = parts.settings.settings.accountEmail(given)
        if !(await parts.gate.allows(call.request, .actAs, on: .account(account))) {
            let role = Role.tokenCreator.rawValue
            throw .denied(
                "\(user.email) may not act for \(account): trivetctl projects add-iam-policy-binding "
                    + "\(parts.settings.settings.project) --member=\(user.member.text) --role=\(role)")
        }
        return .account(account)
    }
}

extension HostedResponse {
    fileprivate static func token(_ token: IssuedToken) -> HostedResponse {
        var response = HostedResponse.model(
            TokenInfo(
                token: token.token, email: token.email, audience: token.audience,
                expireTime: token.expireTime.rfc3339))
        // A token is a secret: nobody on the way keeps it.
        response.headers[.cacheControl] = "no-store"
        return response
    }
}
