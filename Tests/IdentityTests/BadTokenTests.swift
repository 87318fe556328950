import Crypto
import CryptoExtras
import Datastore
import Foundation
import JSON
import Testing

@testable import Identity

/// Each bad token is refused, for its own reason.
@Suite struct BadTokenTests {
    /// A bad token: how it is made of the good one's parts, and why it is refused.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: TokenFailure
        let make: @Sendable (Kit) throws -> [String]

        init(_ name: String, _ code: TokenFailure, _ make: @escaping @Sendable (Kit) throws -> [String]) {
            testDescription = name
            self.code = code
            self.make = make
        }

        /// One that differs from the good token in some claims.
        static func claims(
            _ name: String, _ code: TokenFailure, _ changes: @escaping @Sendable (Int64) -> [String: JSONValue]
        ) -> Case {
            Case(name, code) { kit in
                ["Bearer " + (try kit.owner.token(JSONValue.object(kit.claims).changing(changes(kit.now))))]
            }
        }

        /// One that differs in its header.
        static func header(_ name: String, _ code: TokenFailure, _ header: JSONValue) -> Case {
            Case(name, code) { kit in
                var members = header.object ?? JSONObject()
                if members["kid"] == nil { members["kid"] = .string(kit.owner.kid) }
                return ["Bearer " + (try kit.owner.token(.object(kit.claims), header: .object(members)))]
            }
        }
    }

    /// What the cases are made of.
    struct Kit: Sendable {
        /// Signs as the daemon does.
        let owner: Forge
        /// Signs as a stranger.
        let stranger: Forge
        let claims: JSONObject
        let now: Int64
        let good: String

        var parts: [Substring] { good.split(separator: ".") }
    }

    static let cases: [Case] = [
        Case("no token", .missing) { _ in [] },
        Case("an empty header", .malformed) { _ in [""] },
        Case("a scheme without a token", .malformed) { _ in ["Bearer "] },
        Case("another scheme", .malformed) { _ in ["Basic dXNlcjpwYXNz"] },
        Case("the good token without its scheme", .malformed) { [$0.good] },
        Case("the good token twice", .malformed) { ["Bearer \($0.good)", "Bearer \($0.good)"] },
        Case("two tokens in one header", .malformed) { ["Bearer \($0.good), Bearer \($0.good)"] },
        Case("the good token and another header", .malformed) { ["Bearer \($0.good)", "Basic dXNlcjpwYXNz"] },
        Case("two parts", .malformed) { ["Bearer " + $0.parts.dropLast().joined(separator: ".")] },
        Case("four parts", .malformed) { ["Bearer \($0.good).x"] },
        Case("dots", .malformed) { _ in ["Bearer .."] },
        Case("no JSON", .malformed) { _ in ["Bearer eHg.eHg.eHg"] },
        Case("64 KiB of garbage", .malformed) { _ in ["Bearer " + String(repeating: "x.y", count: 21_846)] },
        Case("64 KiB of a header's JSON", .malformed) { kit in
            let long: JSONValue = ["alg": "RS256", "x": .string(String(repeating: "x", count: 65_536))]
            return ["Bearer " + (try kit.owner.token(.object(kit.claims), header: long))]
        },
        Case("deeply nested JSON", .malformed) { kit in
            let deep = Array((String(repeating: "[", count: 2_000) + String(repeating: "]", count: 2_000)).utf8)
            return ["Bearer \(Forge.base64URL(deep)).\(kit.parts[1]).\(kit.parts[2])"]
        },
        Case("no signature", .badSignature) { ["Bearer \($0.parts[0]).\($0.parts[1])."] },
        Case("a signature that is cut", .badSignature) { ["Bearer \($0.good.dropLast(4))"] },
        Case("another's signature", .badSignature) { kit in
            var stranger = kit.stranger
            stranger.kid = kit.owner.kid
            return ["Bearer " + (try stranger.token(.object(kit.claims)))]
        },
        Case("swapped claims", .badSignature) { kit in
            var claims = kit.claims
            claims["email"] = "cloud-run-invoker@my-project.iam.gserviceaccount.com"
            let swapped = Forge.base64URL(JSONValue.object(claims).serialized())
            return ["Bearer \(kit.parts[0]).\(swapped).\(kit.parts[2])"]
        },
        Case("a swapped header", .badSignature) { kit in
            let header: JSONValue = ["alg": "RS256", "kid": .string(kit.owner.kid)]
            return ["Bearer \(Forge.base64URL(header.serialized())).\(kit.parts[1]).\(kit.parts[2])"]
        },
        Case("a key that is not the daemon's", .unknownKey) { kit in
            ["Bearer " + (try kit.stranger.token(.object(kit.claims)))]
        },
        Case("no key named", .unknownKey) { kit in
            ["Bearer " + (try kit.owner.token(.object(kit.claims), header: ["alg": "RS256", "typ": "JWT"]))]
        },
        Case("alg none", .unsupportedAlgorithm) { kit in
            let header: JSONValue = ["alg": "none", "kid": .string(kit.owner.kid), "typ": "JWT"]
            return ["Bearer \(Forge.base64URL(header.serialized())).\(kit.parts[1])."]
        },
        Case("alg None, with the good signature", .unsupportedAlgorithm) { kit in
            let header: JSONValue = ["alg": "None", "kid": .string(kit.owner.kid)]
            return ["Bearer \(Forge.base64URL(header.serialized())).\(kit.parts[1]).\(kit.parts[2])"]
        },
        Case("HS256 with the public key as the secret", .unsupportedAlgorithm) { kit in
            let header: JSONValue = ["alg": "HS256", "kid": .string(kit.owner.kid), "typ": "JWT"]
            let signed = Forge.base64URL(header.serialized()) + "." + kit.parts[1]
            let secret = SymmetricKey(data: Data(kit.owner.key.publicKey.pemRepresentation.utf8))
            let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: secret)
            return ["Bearer \(signed)." + Forge.base64URL(Array(code))]
        },
        .header("RS512", .unsupportedAlgorithm, ["alg": "RS512"]),
        .header("no alg", .unsupportedAlgorithm, ["typ": "JWT"]),
        .header("a type of its own", .malformed, ["alg": "RS256", "typ": "at+jwt"]),
        .header("an extension that must be understood", .malformed, ["alg": "RS256", "crit": ["b64"], "b64": false]),
        .claims("expired", .expired) { ["exp": .integer($0 - 61)] },
        .claims("expired long ago", .expired) { _ in ["exp": -1] },
        .claims("expired before any number of seconds", .expired) { _ in ["exp": -1e300] },
        .claims("no exp", .malformed) { _ in ["exp": .null] },
        .claims("an exp that is text", .malformed) { _ in ["exp": "tomorrow"] },
        .claims("not yet valid", .notYetValid) { ["iat": .integer($0 + 61)] },
        .claims("not before a later time", .notYetValid) { ["nbf": .integer($0 + 61)] },
        .claims("another audience", .wrongAudience) { _ in ["aud": "http://127.0.0.1:8081"] },
        .claims("an audience that only begins like the URL", .wrongAudience) { _ in ["aud": "http://127.0.0.1:80801"] },
        .claims("an audience that hides the URL in a user's name", .wrongAudience) { _ in
            ["aud": "http://127.0.0.1:8080@example.org/"]
        },
        .claims("no audience", .malformed) { _ in ["aud": .null] },
        .claims("an empty list of audiences", .malformed) { _ in ["aud": []] },
        .claims("another issuer", .unknownIssuer) { _ in ["iss": "https://accounts.google.com"] },
        .claims("the issuer with a slash", .unknownIssuer) { _ in ["iss": "http://issuer.test/"] },
        .claims("no issuer", .unknownIssuer) { _ in ["iss": .null] },
        .claims("an account that there is not", .unknownAccount) { _ in
            ["email": "nobody-x@my-project.iam.gserviceaccount.com"]
        },
        .claims("an account of another number", .unknownAccount) { _ in ["sub": "123456789012345678901"] },
        .claims("no email", .malformed) { _ in ["email": .null] },
        .claims("an email that is none", .malformed) { _ in ["email": "allUsers"] },
        .claims("an email that is not verified", .unverifiedEmail) { _ in ["email_verified": false] },
        .claims("an email of which nothing is said", .unverifiedEmail) { _ in ["email_verified": .null] },
        Case("an account without the role", .unbound) { kit in ["Bearer \(kit.good)"] },
    ]

    @Test("every bad token is refused for its own reason, and the good one is not")
    func table() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let good = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            let kit = Kit(
                owner: try Forge(stealing: world.keys), stranger: try Forge(), claims: try Forge.claims(good),
                now: world.now.microseconds / 1_000_000, good: good)
            #expect(await identities.outcome(token: good) == "ok \(Identities.pusher)")
            #expect(
                await identities.outcome(token: try kit.owner.token(.object(kit.claims))) == "ok \(Identities.pusher)")
            for bad in Self.cases {
                if bad.code == .unbound {
                    _ = try await identities.unbind(
                        .serviceAccount(Identities.pusher), from: .invoker, on: .service(World.service))
                }
                let outcome = await identities.outcome(try bad.make(kit))
                #expect(outcome == bad.code.rawValue, "\(bad.testDescription)")
            }
        }
    }

    @Test("random damage to a good token never passes, and never stops the daemon")
    func damage() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let good = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            let end = good.utf8.lastIndex(of: UInt8(ascii: ".")) ?? good.endIndex
            let signed = good.utf8.distance(from: good.startIndex, to: end)
            let alphabet = Array("ABCxyz019-_.= \u{7}".utf8)
            for _ in 0..<2_000 {
                var bytes = Array(good.utf8)
                let index = Int.random(in: 0..<signed)
                switch Int.random(in: 0..<3) {
                case 0: bytes[index] = alphabet.randomElement() ?? 0
                case 1: bytes.remove(at: index)
                default: bytes.insert(alphabet.randomElement() ?? 0, at: index)
                }
                let token = String(decoding: bytes, as: UTF8.self)
                // Spaces before the token are the header's, and no damage.
                guard !token.drop(while: { $0 == " " }).elementsEqual(good) else { continue }
                #expect(await identities.outcome(token: token).hasPrefix("ok") == false, "\(token)")
            }
        }
    }
}
