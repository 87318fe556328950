/// Somebody else whose ID tokens are taken, and where its public keys are: `ISSUER=JWKS_URL` in the file.
public struct TrustedIssuer: Sendable, Hashable {
    /// The issuer, exactly as its tokens spell it in `iss`.
    public var issuer: String
    /// Where its keys are published as a JWK set.
    public var keysURL: String

    /// An issuer and the place of its keys.
    public init(issuer: String, keysURL: String) {
        self.issuer = issuer
        self.keysURL = keysURL
    }

    /// The text that ``parse(_:)`` reads back.
    public var description: String { "\(issuer)=\(keysURL)" }

    /// Reads `ISSUER=JWKS_URL`, split at the first `=`.
    ///
    /// The keys decide whom the daemon believes, so they come over https, or from this machine.
    public static func parse(_ text: String) throws(ValueTextError) -> TrustedIssuer {
        let parts = text.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let issuer = String(parts[0]), let url = String(parts[1]), !issuer.isEmpty,
            issuer.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw ValueTextError(
                "is not an issuer: write ISSUER=JWKS_URL, such as "
                    + "https://accounts.google.com=https://www.googleapis.com/oauth2/v3/certs")
        }
        if let wrong = SettingRules.keysURL(url) { throw ValueTextError("has a JWKS URL that \(wrong)") }
        return TrustedIssuer(issuer: issuer, keysURL: url)
    }
}
