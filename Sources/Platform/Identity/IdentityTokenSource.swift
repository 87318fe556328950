/// What those who call services on somebody's behalf (push subscriptions, jobs) need of identities.
public protocol IdentityTokenSource: Sendable {
    /// The account of an email, or nil.
    func account(_ email: String) -> ServiceAccount?

    /// An ID token of an account for an audience, from the cache where one is still good for some minutes: cheap
    /// enough to be asked for before each call.
    ///
    /// - Throws: `IdentityError`: `notFound` without such an account, `unavailable` when no key can be made.
    func identityToken(for account: String, audience: String) async throws -> String

    /// What an operator has to do so that an account may call a service: the command that adds the binding; nil when
    /// it may already. For the message of a call that was answered 401 or 403, whose answer does not tell why.
    func invocationAdvice(account: String, service: String) -> String?
}
