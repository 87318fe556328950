import Datastore
import JSON

// Who may call a service.
extension Identities {
    /// Whether a request with these values of its Authorization headers may call a service.
    public func mayInvoke(_ service: String, authorization: [String]) -> InvocationAnswer {
        let token: String
        switch RequestCredentials(authorization: authorization) {
        case .none: return .now(verdict(.refused(.missing, "there is no token", nil), service))
        case .malformed:
            return .now(verdict(.refused(.malformed, "there is not exactly one bearer token", nil), service))
        case .bearer(let text): token = text
        }
        let (key, now) = (VerifiedTokens.Key(token, service: service), now())
        if let principal = verified.principal(key, now: now) {
            return .now(verdict(admit(principal, service), service))
        }
        let outcome = verifier.check(token, mayWait: true)
        guard case .waits(let source) = outcome else { return .now(judge(outcome, service, key)) }
        return .later {
            await source.refresh()
            return self.judge(self.verifier.check(token, mayWait: false), service, key)
        }
    }

    /// The command that lets an account call a service; nil when it may already.
    public func invocationAdvice(account: String, service: String) -> String? {
        let member = Member.serviceAccount(account)
        guard view.account(account) != nil else { return "there is no account \(account): create it, or name another" }
        return view.allows(member, .invoker, on: service) ? nil : Self.advice(member, service)
    }

    private func judge(
        _ outcome: TokenVerifier.Outcome, _ service: String, _ key: VerifiedTokens.Key
    ) -> InvocationVerdict {
        switch outcome {
        case .refused(let failure, let detail): return verdict(.refused(failure, detail, nil), service)
        case .waits(let source):
            return verdict(.refused(.keysUnavailable, "the keys of \(source.issuer) are not there", nil), service)
        case .verified(let token):
            guard isMeant(token, for: service) else {
                let audiences = token.audiences.prefix(3).map { String($0.prefix(200)).debugDescription }
                let detail = "it is meant for \(audiences.joined(separator: ", "))"
                return verdict(.refused(.wrongAudience, detail, token.principal), service)
            }
            verified.keep(token, key, now: now())
            return verdict(admit(token.principal, service), service)
        }
    }

    /// Where everybody may call, a bad token takes nothing away.
    private func verdict(_ verdict: InvocationVerdict, _ service: String) -> InvocationVerdict {
        if case .refused = verdict, view.isPublic(service) { return .allowed(nil) }
        return verdict
    }

    private func isMeant(_ token: VerifiedToken, for service: String) -> Bool {
        let own = audiences(service)
        let isOurs = token.principal.issuer.hasSameBytes(as: issuer)
        return token.audiences.contains {
            own.take($0) || (isOurs && $0.hasSameBytes(as: ServiceAudiences.commandLine))
        }
    }

    /// What may change within a token's life: its account and its bindings.
    private func admit(_ principal: Principal, _ service: String) -> InvocationVerdict {
        guard isKnown(principal) else {
            return .refused(.unknownAccount, "\(principal.member.text) is no account here", principal)
        }
        guard view.allows(principal.member, .invoker, on: service) else {
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
