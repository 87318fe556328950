/// Somebody whose token was verified.
public struct Principal: Sendable, Hashable {
    /// How policies name them.
    public let member: Member
    /// Their number: of a service account the account's, so that a token does not outlive its account.
    public let uniqueID: String
    /// Who says so: the daemon's own issuer or a trusted one.
    public let issuer: String

    /// The email.
    public var email: String { member.email ?? "" }

    /// Creates a principal.
    public init(member: Member, uniqueID: String, issuer: String) {
        self.member = member
        self.uniqueID = uniqueID
        self.issuer = issuer
    }
}
