/// Why a request was refused; the codes are labels of a metric, and never told to who asks.
public enum TokenFailure: String, Error, Sendable, Hashable, CaseIterable {
    /// There is no token.
    case missing
    /// There is not exactly one bearer token, or what there is is no ID token.
    case malformed
    /// It is signed in another way than RS256.
    case unsupportedAlgorithm = "unsupported_algorithm"
    /// It is from nobody that is trusted here.
    case unknownIssuer = "unknown_issuer"
    /// It names no key of its issuer's.
    case unknownKey = "unknown_key"
    /// Its issuer's keys cannot be had.
    case keysUnavailable = "keys_unavailable"
    /// The signature is not its key's.
    case badSignature = "bad_signature"
    case expired
    case notYetValid = "not_yet_valid"
    /// It is meant for somebody else.
    case wrongAudience = "wrong_audience"
    /// Its issuer does not vouch for the email.
    case unverifiedEmail = "unverified_email"
    /// Its account is no more, or never was.
    case unknownAccount = "unknown_account"
    /// Its principal lacks the role.
    case unbound
}
