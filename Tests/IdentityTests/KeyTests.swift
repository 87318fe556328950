import CryptoExtras
import Foundation
import JSON
import Testing

@testable import Identity

@Suite struct KeyTests {
    private func mode(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
    }

    @Test("the first start makes a key that nobody else may read; the next one has the same")
    func firstStart() async throws {
        try await World.with { world in
            let first = try await world.identities()
            try await first.createPusher()
            let token = try await first.identityToken(for: Identities.pusher, audience: World.url)
            let files = try world.keyFiles()
            #expect(files.count == 1)
            #expect(try mode(world.keys) == 0o700)
            #expect(try mode("\(world.keys)/\(files[0])") == 0o600)
            let second = try await world.identities()
            #expect(second.signingKeys.map(\.id) == first.signingKeys.map(\.id))
            #expect(await second.outcome(token: token) == "ok \(Identities.pusher)")
        }
    }

    @Test("many who ask for the first token at once get it by one key")
    func firstToken() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await identities.identityToken(for: Identities.pusher, audience: World.url) }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens.count == 1)
            #expect(try world.keyFiles().count == 1)
        }
    }

    @Test("a rotated key's tokens are good to their end, and its private half is gone at once")
    func rotation() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let old = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            let key = try await identities.rotateKeys()
            let new = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            #expect(old != new, "a new key signs from its first token on")
            #expect(identities.signingKeys.map(\.id).first == key.id)
            #expect(identities.signingKeys.count == 2)
            let retired = try #require(try world.keyFiles().first { $0.hasPrefix("retired-") })
            let text = try String(contentsOf: URL(filePath: "\(world.keys)/\(retired)"), encoding: .utf8)
            #expect(text.contains("PUBLIC KEY") && !text.contains("PRIVATE"))

            let restarted = try await world.identities()
            #expect(restarted.signingKeys.map(\.id) == identities.signingKeys.map(\.id))
            world.advance(by: .seconds(3_590))
            #expect(await restarted.outcome(token: old) == "ok \(Identities.pusher)")
            world.advance(by: .seconds(1_000))
            #expect(restarted.signingKeys.map(\.id) == [key.id])
            #expect(try await world.identities().signingKeys.map(\.id) == [key.id])
            #expect(try world.keyFiles().count == 1)
        }
    }

    @Test("the next key signs after a restart even when the clock was set back")
    func clockSetBack() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            _ = try await identities.accessToken(of: LocalUser(name: "root", uid: 0))
            world.advance(by: .seconds(-86_400))
            let key = try await identities.rotateKeys()
            #expect(try await world.identities().signingKeys.first?.id == key.id)
        }
    }

    @Test("a rotation that was cut off before the old key was retired is ended at the next start")
    func cutOffRotation() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            _ = try await identities.accessToken(of: LocalUser(name: "root", uid: 0))
            let old = try #require(try world.keyFiles().first)
            let pem = try Data(contentsOf: URL(filePath: "\(world.keys)/\(old)"))
            let key = try await identities.rotateKeys()
            for name in try world.keyFiles() where name.hasPrefix("retired-") {
                try FileManager.default.removeItem(atPath: "\(world.keys)/\(name)")
            }
            try pem.write(to: URL(filePath: "\(world.keys)/\(old)"))
            try Data("half".utf8).write(to: URL(filePath: "\(world.keys)/signing-1-x.pem.unfinished"))
            let restarted = try await world.identities()
            let oldID = try #require(old.split(separator: "-", omittingEmptySubsequences: true).last).dropLast(4)
            #expect(restarted.signingKeys.map(\.id) == [key.id, String(oldID)])
            #expect(try world.keyFiles().map { String($0.prefix(7)) } == ["retired", "signing"])
        }
    }

    @Test("a key file that is not what its name says refuses the start, with what to do")
    func broken() async throws {
        for damage in ["cut", "empty", "text", "renamed", "public", "folder"] {
            try await World.with { world in
                let identities = try await world.identities()
                _ = try await identities.accessToken(of: LocalUser(name: "root", uid: 0))
                let name = try #require(try world.keyFiles().first)
                let file = URL(filePath: "\(world.keys)/\(name)")
                let pem = try Data(contentsOf: file)
                switch damage {
                case "cut": try pem.prefix(700).write(to: file)
                case "empty": try Data().write(to: file)
                case "text": try Data("not a key".utf8).write(to: file)
                case "renamed":
                    let other = "signing-1-\(String(repeating: "a", count: 40)).pem"
                    try FileManager.default.moveItem(atPath: file.path, toPath: "\(world.keys)/\(other)")
                case "public": try Data(try Forge().key.publicKey.pemRepresentation.utf8).write(to: file)
                default:
                    try FileManager.default.removeItem(at: file)
                    try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
                }
                let error = await #expect(throws: IdentityError.self, "\(damage)") { try await world.identities() }
                #expect(error?.code == .brokenKeys)
                #expect(error?.message.contains("Restore it from a backup") == true)
            }
        }
    }

    @Test("what is not ours in the folder is left alone")
    func others() async throws {
        try await World.with { world in
            try FileManager.default.createDirectory(atPath: world.keys, withIntermediateDirectories: true)
            for name in ["README", "signing-1.pem", "signing-x-y.pem", "signing-1-a.pem~"] {
                try Data("x".utf8).write(to: URL(filePath: "\(world.keys)/\(name)"))
            }
            let identities = try await world.identities()
            _ = try await identities.accessToken(of: LocalUser(name: "root", uid: 0))
            #expect(try world.keyFiles().count == 5)
        }
    }

    @Test("a folder that cannot be made refuses the start")
    func noFolder() async throws {
        try await World.with { world in
            try Data().write(to: URL(filePath: world.keys))
            await #expect(throws: IdentityError.self) { try await world.identities() }
        }
    }

    @Test("the key set holds public halves only, in the form that verifiers read")
    func keySet() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let key = try await identities.rotateKeys()
            let served = try #require(identities.keySet.object?["keys"]?.array)
            #expect(Set(served.flatMap { $0.object?.map(\.name) ?? [] }) == ["alg", "e", "kid", "kty", "n", "use"])
            #expect(served.first?.object?["kid"]?.string == key.id)
            #expect(identities.discovery.object?["jwks_uri"] == "http://issuer.test/.well-known/jwks.json")
        }
    }
}
