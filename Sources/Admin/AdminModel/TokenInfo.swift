/// A token. Whoever has it is taken for its principal.
public struct TokenInfo: Codable, Sendable, Hashable {
    /// The token.
    public let token: String
    /// Who it stands for.
    public let email: String
    /// Who is to take it.
    public let audience: String
    /// When it expires, RFC 3339.
    public let expireTime: String

    /// Creates an answer.
    public init(token: String, email: String, audience: String, expireTime: String) {
        self.token = token
        self.email = email
        self.audience = audience
        self.expireTime = expireTime
    }
}

/// The body of `POST /admin/v1/auth/identityToken` and `/accessToken`.
public struct TokenBody: Codable, Sendable, Hashable {
    /// The account that the token is to stand for; nil: the user who asks.
    public let serviceAccount: String?
    /// Who is to take it; nil: what gcloud asks for.
    public let audience: String?

    /// Creates a body.
    public init(serviceAccount: String?, audience: String?) {
        self.serviceAccount = serviceAccount
        self.audience = audience
    }
}
