/// The settings of identities, `identity` in the file.
public struct IdentitySettings: Sendable, Hashable {
    /// What the daemon's own tokens carry as `iss`; nil: the URL of the metrics listener, which serves its keys.
    public var issuer: String?
    /// Others whose ID tokens are taken.
    public var trustedIssuers: [TrustedIssuer]
    /// How far clocks may be apart when a token's times are checked.
    public var clockSkew: Duration

    /// The settings of identities; without arguments, the defaults.
    public init(issuer: String? = nil, trustedIssuers: [TrustedIssuer] = [], clockSkew: Duration = .seconds(60)) {
        self.issuer = issuer
        self.trustedIssuers = trustedIssuers
        self.clockSkew = clockSkew
    }
}
