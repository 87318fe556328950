import JSON
import JWTKit

/// The RSA keys of a JWK set, by their ids.
enum KeySet {
    /// More keys than any issuer has.
    private static let limit = 100

    /// Reads a set; keys of other kinds and for other uses are passed over, as RFC 7517 asks.
    ///
    /// - Throws: `unavailable` for what is no set, or has no key of ours.
    static func read(_ bytes: [UInt8]) async throws(IdentityError) -> [String: any JWTAlgorithm] {
        guard let keys = (try? JSONValue(parsing: bytes))?.object?["keys"]?.array else {
            throw IdentityError(.unavailable, "the answer is no JWK set")
        }
        var found: [String: any JWTAlgorithm] = [:]
        for key in keys.prefix(limit).compactMap(\.object) {
            guard key["kty"]?.string == "RSA", (key["alg"]?.string ?? "RS256") == "RS256",
                (key["use"]?.string ?? "sig") == "sig", let id = key["kid"]?.string, let modulus = key["n"]?.string,
                let exponent = key["e"]?.string,
                let key = try? Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent),
                let algorithm = try? await SigningKey.verifier(key)
            else { continue }
            found[id] = algorithm
        }
        guard !found.isEmpty else { throw IdentityError(.unavailable, "the JWK set has no RSA key for signatures") }
        return found
    }
}
