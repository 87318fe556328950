import JWTKit

/// What is read of a token, as it came: nothing of it is believed before the signature is checked.
struct TokenClaims: JWTPayload {
    let iss: String?
    let aud: Audience?
    let sub: String?
    let email: String?
    let emailVerified: Bool?
    let iat: Double?
    let nbf: Double?
    let exp: Double?

    enum CodingKeys: String, CodingKey {
        case iss, aud, sub, email, iat, nbf, exp
        case emailVerified = "email_verified"
    }

    /// One text or several.
    struct Audience: Codable, Sendable {
        let all: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                all = [one]
            } else {
                all = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(all)
        }
    }

    /// Nothing: the verifier checks the claims, by its own clock.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// The claims of the daemon's own tokens, in Google's form.
struct IssuedClaims: JWTPayload {
    let iss: String
    let aud: String
    let azp: String
    let sub: String
    let email: String
    let emailVerified = true
    let iat: Int64
    let exp: Int64

    enum CodingKeys: String, CodingKey {
        case iss, aud, azp, sub, email, iat, exp
        case emailVerified = "email_verified"
    }

    init(issuer: String, audience: String, subject: TokenSubject, issued: Int64, lifetime: Int64) {
        iss = issuer
        aud = audience
        azp = subject.id
        sub = subject.id
        email = subject.email
        iat = issued
        exp = issued + lifetime
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        iss = try container.decode(String.self, forKey: .iss)
        aud = try container.decode(String.self, forKey: .aud)
        azp = try container.decode(String.self, forKey: .azp)
        sub = try container.decode(String.self, forKey: .sub)
        email = try container.decode(String.self, forKey: .email)
        iat = try container.decode(Int64.self, forKey: .iat)
        exp = try container.decode(Int64.self, forKey: .exp)
    }

    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// Who a token is made for.
struct TokenSubject: Sendable, Hashable {
    let email: String
    let id: String
}
