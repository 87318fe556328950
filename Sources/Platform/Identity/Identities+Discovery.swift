import Datastore
public import JSON

// What verifiers elsewhere read, in OpenID Connect's form: no secret in it.
extension Identities {
    /// The path of the key set below the issuer's URL.
    public static let keysPath = "/.well-known/jwks.json"
    /// The path of the description below the issuer's URL.
    public static let discoveryPath = "/.well-known/openid-configuration"

    /// The public keys as a JWK set.
    public var keySet: JSONValue {
        ["keys": .array(keys.served.map(\.jwk))]
    }

    /// The issuer's description.
    public var discovery: JSONValue {
        [
            "issuer": .string(issuer),
            "jwks_uri": .string((issuer.endsInBytes(with: "/") ? String(issuer.dropLast()) : issuer) + Self.keysPath),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "claims_supported": ["aud", "azp", "email", "email_verified", "exp", "iat", "iss", "sub"],
        ]
    }
}

extension SigningKey {
    fileprivate var jwk: JSONValue {
        [
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": .string(id), "n": .string(modulus),
            "e": .string(exponent),
        ]
    }
}
