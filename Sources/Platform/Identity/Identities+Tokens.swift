import Datastore
import JSON

extension Identities {
    /// The account of an email, or nil.
    public func account(_ email: String) -> ServiceAccount? { view.account(email) }

    /// An ID token of an account for an audience, made or kept, with what is in it. Throws `notFound`, `unavailable`.
    public func identityToken(of account: String, audience: String) async throws(IdentityError) -> IssuedToken {
        let subject = try subject(account)
        return try await tokens.token(.identity, for: subject, audience: audience)
    }

    /// An ID token of a user of this machine.
    public func identityToken(of user: LocalUser, audience: String) async throws(IdentityError) -> IssuedToken {
        try await tokens.token(.identity, for: user.subject, audience: audience)
    }

    /// How long a token lives for which nobody has wished for less.
    public static let tokenLifetime = TokenIssuer.lifetime

    /// A token of an account for the admin interface.
    ///
    /// - Parameter lifetime: how long it lives at most; a token that is kept may be good for less.
    public func accessToken(
        of account: String, lifetime: Duration = tokenLifetime
    ) async throws(IdentityError) -> IssuedToken {
        let subject = try subject(account)
        return try await tokens.token(.access, for: subject, audience: accessAudience, lifetime: lifetime)
    }

    /// A token of a user of this machine for the admin interface.
    public func accessToken(of user: LocalUser) async throws(IdentityError) -> IssuedToken {
        try await tokens.token(.access, for: user.subject, audience: accessAudience)
    }

    /// For whom access tokens are meant.
    var accessAudience: String { issuer + "/admin" }

    private func subject(_ account: String) throws(IdentityError) -> TokenSubject {
        guard let found = view.account(account) else {
            throw IdentityError(.notFound, "there is no account \(account)")
        }
        return TokenSubject(email: found.email, id: found.uniqueID)
    }
}
