import Crypto
import CryptoExtras
import Foundation
import JSON

@testable import Identity

/// Makes tokens byte by byte, good ones and all others.
struct Forge: Sendable {
    let key: _RSA.Signing.PrivateKey
    var kid = "forged"

    init() throws { key = try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// The private key that identities sign with, out of its file.
    init(stealing folder: String) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let name = names.first { $0.hasPrefix("signing-") } ?? ""
        key = try _RSA.Signing.PrivateKey(
            pemRepresentation: String(contentsOf: URL(filePath: "\(folder)/\(name)"), encoding: .utf8))
        kid = String(name.split(separator: "-").last?.dropLast(4) ?? "")
    }

    func token(_ claims: JSONValue, header: JSONValue? = nil) throws -> String {
        let header = header ?? ["alg": "RS256", "kid": .string(kid), "typ": "JWT"]
        let signed = Self.base64URL(header.serialized()) + "." + Self.base64URL(claims.serialized())
        let signature = try key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
        return signed + "." + Self.base64URL(Array(signature.rawRepresentation))
    }

    /// The public half as a JWK.
    func jwk(_ changes: [String: JSONValue] = [:]) throws -> JSONValue {
        let primitives = try key.publicKey.getKeyPrimitives()
        let jwk: JSONValue = [
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": .string(kid),
            "n": .string(Self.base64URL(Array(primitives.modulus))),
            "e": .string(Self.base64URL(Array(primitives.publicExponent))),
        ]
        return jwk.changing(changes)
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func bytes(_ base64URL: Substring) -> [UInt8] {
        let text = base64URL.replacing("-", with: "+").replacing("_", with: "/")
        return Array(Data(base64Encoded: text + String(repeating: "=", count: (4 - text.count % 4) % 4)) ?? Data())
    }

    /// The claims of a token, unverified.
    static func claims(_ token: String) throws -> JSONObject {
        let parts = token.split(separator: ".")
        return try JSONValue(parsing: bytes(parts[1])).object ?? JSONObject()
    }
}

extension JSONValue {
    /// The same object with other members; a null takes one away.
    func changing(_ changes: [String: JSONValue]) -> JSONValue {
        var members = object ?? JSONObject()
        for (name, value) in changes { members[name] = value == .null ? nil : value }
        return .object(members)
    }
}
