import CryptoExtras
public import Datastore
import Dispatch
import Foundation
import JWTKit

import struct Crypto.SHA256
// Crypto has an Insecure too.
import enum JWTKit.Insecure

/// A key of the daemon's own tokens.
public struct SigningKey: Sendable {
    /// What tokens name it by: 40 hexadecimal digits of the public key's SHA-256, so that a file that was swapped or
    /// renamed is noticed.
    public let id: String
    /// When it was made.
    public let createTime: Timestamp
    /// Until when its public half is served, so that its tokens are good to their end; nil while it signs.
    public let retiredUntil: Timestamp?

    let modulus: String
    let exponent: String
    /// Checks signatures.
    let algorithm: any JWTAlgorithm
    /// Signs; nil when it is retired, and its private half gone.
    let signer: JWTKeyCollection?

    /// Makes a key of 2048 bits. That takes a good part of a second, so it is done off the pool, whose few threads have
    /// requests to serve.
    static func generate(at time: Timestamp) async throws -> (key: SigningKey, pem: String) {
        let backing = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "trivet.keys", qos: .utility).async {
                continuation.resume(with: Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) })
            }
        }
        let key = try await SigningKey(privateKey: try Insecure.RSA.PrivateKey(backing: backing), createTime: time)
        return (key, backing.pkcs8PEMRepresentation)
    }

    init(privateKey: Insecure.RSA.PrivateKey, createTime: Timestamp) async throws {
        let signer = JWTKeyCollection()
        try await self.init(privateKey.publicKey, createTime: createTime, retiredUntil: nil, signer: signer)
        await signer.add(
            rsa: privateKey, digestAlgorithm: .sha256, kid: JWKIdentifier(string: id), serializer: Self.serializer)
    }

    init(
        _ key: Insecure.RSA.PublicKey, createTime: Timestamp, retiredUntil: Timestamp?, signer: JWTKeyCollection? = nil
    ) async throws {
        let primitives = try key.getKeyPrimitives()
        id = SHA256.hash(data: key.derRepresentation).prefix(20).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        self.createTime = createTime
        self.retiredUntil = retiredUntil
        modulus = Self.base64URL(primitives.modulus)
        exponent = Self.base64URL(primitives.publicExponent)
        algorithm = try await Self.verifier(key)
        self.signer = signer
    }

    /// Writes claims as Google does: URLs without backslashes.
    private static var serializer: DefaultJWTSerializer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return DefaultJWTSerializer(jsonEncoder: encoder)
    }

    /// The same key, without the half that signs.
    private init(_ key: SigningKey, retiredUntil: Timestamp) {
        id = key.id
        createTime = key.createTime
        self.retiredUntil = retiredUntil
        modulus = key.modulus
        exponent = key.exponent
        algorithm = key.algorithm
        signer = nil
    }

    func retired(until time: Timestamp) -> SigningKey { SigningKey(self, retiredUntil: time) }

    /// RS256 and nothing else, whatever a token says.
    static func verifier(_ key: Insecure.RSA.PublicKey) async throws -> any JWTAlgorithm {
        let id = JWKIdentifier(string: "key")
        return try await JWTKeyCollection().add(rsa: key, digestAlgorithm: .sha256, kid: id).getKey(for: id)
    }

    /// The public half as PEM.
    func publicPEM() throws -> String {
        try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent).pemRepresentation
    }

    private static func base64URL(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
