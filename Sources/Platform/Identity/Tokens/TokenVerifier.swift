import Datastore
import Foundation
import JSON
import JWTKit

/// A token whose signature, times and email are good; whether it may be used here is another question.
struct VerifiedToken: Sendable {
    let principal: Principal
    /// Whether it is an access token; else it is an ID token.
    let isAccessToken: Bool
    let audiences: [String]
    let expires: Timestamp
}

/// Checks tokens, the daemon's own and those of trusted issuers.
///
/// Only RS256 with a key that the issuer is known to have: the library would fall back to a default key for an unknown
/// one, and take the token's own word for the algorithm.
struct TokenVerifier: Sendable {
    /// What came of a check.
    enum Outcome: Sendable {
        case verified(VerifiedToken)
        case refused(TokenFailure, String)
        /// The issuer's keys are to be fetched first.
        case waits(TrustedKeys)
    }

    private struct Refusal: Error {
        let failure: TokenFailure
        let detail: String

        init(_ failure: TokenFailure, _ detail: String) {
            self.failure = failure
            self.detail = detail
        }
    }

    let keys: KeyRing
    let trusted: [TrustedKeys]
    let issuer: @Sendable () -> String
    let skew: Duration
    let now: @Sendable () -> Timestamp

    /// No token of ours or of Google's comes near this.
    private static let longest = 8_192

    /// Checks a token.
    ///
    /// - Parameters:
    ///   - types: the types of which its header must have one; a header without one is an ID token's.
    ///   - mayWait: whether keys may be fetched first; without, those at hand must do.
    func check(_ token: String, types: [String] = [TokenIssuer.identityType], mayWait: Bool) -> Outcome {
        do throws(Refusal) {
            let parsed = try parse(token, types: types)
            let issuer = parsed.claims.iss ?? ""
            let algorithm: any JWTAlgorithm
            if issuer.hasSameBytes(as: self.issuer()) {
                guard let key = keys.key(parsed.kid) else {
                    throw Refusal(.unknownKey, "the daemon has no key \(quoted(parsed.kid))")
                }
                algorithm = key.algorithm
            } else if let source = trusted.first(where: { $0.issuer.hasSameBytes(as: issuer) }) {
                switch source.key(parsed.kid, mayWait: mayWait) {
                case .found(let key): algorithm = key
                case .waits: return .waits(source)
                case .unknown: throw Refusal(.unknownKey, "\(issuer) has no key \(quoted(parsed.kid))")
                case .unavailable: throw Refusal(.keysUnavailable, "the keys of \(issuer) cannot be fetched")
                }
            } else {
                throw Refusal(.unknownIssuer, "the issuer \(quoted(issuer)) is not trusted")
            }
            guard (try? algorithm.verify(parsed.signature, signs: parsed.signed)) == true else {
                throw Refusal(.badSignature, "the signature is not its key's")
            }
            return .verified(try accept(parsed, issuer: issuer))
        } catch {
            return .refused(error.failure, error.detail)
        }
    }

    // MARK: Form

    private struct Parsed {
        let type: String
        let kid: String
        let claims: TokenClaims
        let signature: Data
        /// Header and payload as they came: what was signed.
        let signed: ArraySlice<UInt8>
    }

    private func parse(_ token: String, types: [String]) throws(Refusal) -> Parsed {
        let bytes = Array(token.utf8)
        guard bytes.count <= Self.longest, let end = bytes.lastIndex(of: UInt8(ascii: ".")),
            let (header, claims, signature) = try? DefaultJWTParser().parse(bytes, as: TokenClaims.self)
        else { throw Refusal(.malformed, "it is no ID token") }
        guard let algorithm = header.alg, algorithm.hasSameBytes(as: "RS256") else {
            throw Refusal(.unsupportedAlgorithm, "it is signed by \(quoted(header.alg ?? "none")), not RS256")
        }
        // An extension that must be understood is not (RFC 7515, 4.1.11).
        let given = (header.typ ?? TokenIssuer.identityType).lowerBytes
        guard header.fields["crit"] == nil, let type = types.first(where: { $0.lowerBytes == given }) else {
            throw Refusal(.malformed, "its type is not \(types.joined(separator: " or "))")
        }
        guard let kid = header.kid else { throw Refusal(.unknownKey, "it names no key") }
        return Parsed(type: type, kid: kid, claims: claims, signature: signature, signed: bytes[..<end])
    }

    // MARK: Claims

    private func accept(_ parsed: Parsed, issuer: String) throws(Refusal) -> VerifiedToken {
        let claims = parsed.claims
        let now = Double(now().microseconds) / 1_000_000
        let skew = skew / .seconds(1)
        guard let expires = claims.exp else { throw Refusal(.malformed, "it has no exp") }
        guard expires + skew > now else {
            throw Refusal(.expired, "it expired \(Int64(min(now - expires, 1e15))) s ago")
        }
        for begin in [claims.iat, claims.nbf] {
            if let begin, begin - skew > now { throw Refusal(.notYetValid, "it is not valid yet") }
        }
        guard let email = claims.email, let member = Member.of(email), let id = claims.sub else {
            throw Refusal(.malformed, "it has no email or no sub")
        }
        guard claims.emailVerified == true else {
            throw Refusal(.unverifiedEmail, "its issuer does not vouch for \(member.text)")
        }
        guard let audiences = claims.aud?.all, !audiences.isEmpty else { throw Refusal(.malformed, "it has no aud") }
        return VerifiedToken(
            principal: Principal(member: member, uniqueID: id, issuer: issuer),
            isAccessToken: parsed.type == TokenIssuer.accessType, audiences: audiences,
            // Far beyond any token's life, but within what an instant holds.
            expires: Timestamp(microseconds: Int64(min(expires, 1e11) * 1_000_000)))
    }

    /// What a stranger wrote, short and on one line.
    private func quoted(_ text: String) -> String { String(text.prefix(100)).debugDescription }
}

extension String {
    fileprivate var lowerBytes: [UInt8] { utf8.map(\.asciiLowercased) }
}
