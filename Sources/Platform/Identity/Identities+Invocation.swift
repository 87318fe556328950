import Datastore
import JSON

// Who may call a service.
extension Identities {
    /// Whether a request with these values of its Authorization headers may call a service.
    public func mayInvoke(_ service: String, authorization: [String]) -> InvocationAnswer {
        answer(Errand(service: service, isAdministration: false), authorization: authorization)
    }

    /// Whether a request with these values of its Authorization headers is of somebody who is known to the admin
    /// interface; what they may do there is each route's matter. An access token shows it, or an ID token.
    ///
    /// - Parameter service: the name that the admin interface has among the services.
    public func mayEnter(admin service: String, authorization: [String]) -> InvocationAnswer {
        answer(Errand(service: service, isAdministration: true), authorization: authorization)
    }

    /// What a request comes for.
    private struct Errand {
        let service: String
        let isAdministration: Bool

        /// The types of tokens that are taken.
        var types: [String] {
            isAdministration ? [TokenIssuer.accessType, TokenIssuer.identityType] : [TokenIssuer.identityType]
        }
    }

    private func answer(_ errand: Errand, authorization: [String]) -> InvocationAnswer {
        let token: String
        switch RequestCredentials(authorization: authorization) {
        case .none: return .now(verdict(.refused(.missing, "there is no token", nil), errand))
        case .malformed:
            return .now(verdict(.refused(.malformed, "there is not exactly one bearer token", nil), errand))
        case .bearer(let text): token = text
        }
        let (key, now) = (VerifiedTokens.Key(token, service: errand.service), now())
        if let principal = verified.principal(key, now: now) {
            return .now(verdict(admit(principal, errand), errand))
        }
        let outcome = verifier.check(token, types: errand.types, mayWait: true)
        guard case .waits(let source) = outcome else { return .now(judge(outcome, errand, key)) }
        return .later {
            await source.refresh()
            return self.judge(self.verifier.check(token, types: errand.types, mayWait: false), errand, key)
        }
    }

    /// The command that lets an account call a service; nil when it may already. For the message of a call that was
    /// answered 401 or 403, whose answer does not tell why.
    public func invocationAdvice(account: String, service: String) -> String? {
        let member = Member.serviceAccount(account)
        guard view.account(account) != nil else { return "there is no account \(account): create it, or name another" }
        return view.allows(member, .invoker, on: .service(service)) ? nil : Self.advice(member, service)
    }

    private func judge(
        _ outcome: TokenVerifier.Outcome, _ errand: Errand, _ key: VerifiedTokens.Key
    ) -> InvocationVerdict {
        switch outcome {
        case .refused(let failure, let detail): return verdict(.refused(failure, detail, nil), errand)
        case .waits(let source):
            return verdict(.refused(.keysUnavailable, "the keys of \(source.issuer) are not there", nil), errand)
        case .verified(let token):
            guard isMeant(token, for: errand) else {
                let audiences = token.audiences.prefix(3).map { String($0.prefix(200)).debugDescription }
                let detail = "it is meant for \(audiences.joined(separator: ", "))"
                return verdict(.refused(.wrongAudience, detail, token.principal), errand)
            }
            verified.keep(token, key, now: now())
            return verdict(admit(token.principal, errand), errand)
        }
    }

    /// Where everybody may call, a bad token takes nothing away.
    private func verdict(_ verdict: InvocationVerdict, _ errand: Errand) -> InvocationVerdict {
        if case .refused = verdict, view.isPublic(errand.service) { return .allowed(nil) }
        return verdict
    }

    private func isMeant(_ token: VerifiedToken, for errand: Errand) -> Bool {
        let isOurs = token.principal.issuer.hasSameBytes(as: issuer)
        if token.isAccessToken { return isOurs && token.audiences.contains { $0.hasSameBytes(as: accessAudience) } }
        let own = audiences(errand.service)
        return token.audiences.contains {
            own.take($0) || (isOurs && $0.hasSameBytes(as: ServiceAudiences.commandLine))
        }
    }

    /// What may change within a token's life: its account and its bindings.
    private func admit(_ principal: Principal, _ errand: Errand) -> InvocationVerdict {
        guard isKnown(principal) else {
            return .refused(.unknownAccount, "\(principal.member.text) is no account here", principal)
        }
        guard !errand.isAdministration else { return .allowed(principal) }
        let service = errand.service
        guard view.allows(principal.member, .invoker, on: .service(service)) else {
            let advice = Self.advice(principal.member, service)
            return .refused(
                .unbound, "\(principal.member.text) lacks \(Role.invoker.rawValue): \(advice)", principal)
        }
        return .allowed(principal)
    }

    /// Whether a principal is who the token says, now.
    ///
    /// Nobody but the daemon vouches for the accounts of its project and the users of its machine: Google, too, has a
    /// project of that name, and it is somebody else's.
    func isKnown(_ principal: Principal) -> Bool {
        let email = principal.email
        let isLocal = email.endsInBytes(with: "@\(LocalUser.domain)")
        guard principal.issuer.hasSameBytes(as: issuer) else {
            return !isLocal && !email.endsInBytes(with: "@\(ServiceAccount.domain(project: project))")
        }
        return isLocal || view.account(email)?.uniqueID.hasSameBytes(as: principal.uniqueID) ?? false
    }

    private static func advice(_ member: Member, _ service: String) -> String {
        "trivetctl services add-iam-policy-binding \(service) --member=\(member.text) --role=\(Role.invoker.rawValue)"
    }
}
