public import Datastore

/// A token that was made, with what is in it.
public struct IssuedToken: Sendable, Hashable {
    /// The token itself: whoever has it is taken for the principal.
    public let token: String
    /// Who it stands for.
    public let email: String
    /// Who is to take it.
    public let audience: String
    /// When it expires.
    public let expireTime: Timestamp
}
