import Datastore
import JSON
import Settings
import Testing
import Transfer

@testable import Identity

@Suite struct TrustedIssuerTests {
    private let email = "pusher@other-project.iam.gserviceaccount.com"

    /// A token as the foreign issuer would make it.
    private func token(
        _ forge: Forge, _ world: World, _ issuer: TrustedIssuer, _ changes: [String: JSONValue] = [:]
    ) throws -> String {
        let now = world.now.microseconds / 1_000_000
        let claims: JSONValue = [
            "iss": .string(issuer.issuer), "aud": .string(World.url), "azp": "1", "sub": "1", "email": .string(email),
            "email_verified": true, "iat": .integer(now), "exp": .integer(now + 3_600),
        ]
        return try forge.token(claims.changing(changes))
    }

    private func bound(_ world: World, _ issuer: TrustedIssuer) async throws -> Identities {
        let identities = try await world.identities(trusting: [issuer])
        _ = try await identities.bind(.serviceAccount(email), to: .invoker, on: .service(World.service))
        return identities
    }

    @Test("a trusted issuer's token is taken; its keys are asked for once, and again when Cache-Control says so")
    func caching() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let forge = try Forge()
                fake.serve([try forge.jwk()], cacheControl: "public, max-age=3600, must-revalidate")
                let identities = try await bound(world, issuer)
                for _ in 0..<3 {
                    #expect(await identities.outcome(token: try token(forge, world, issuer)) == "ok \(email)")
                }
                #expect(fake.asked == 1)
                world.advance(by: .seconds(3_599))
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "ok \(email)")
                #expect(fake.asked == 1)
                world.advance(by: .seconds(2))
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "ok \(email)")
                #expect(fake.asked == 2)
                #expect(
                    world.shows(
                        #"trivet_identity_key_fetches_total{issuer="https://issuer.example.org",result="ok"} 2"#))
            }
        }
    }

    @Test("while the issuer is down its keys are kept, and it is not asked for each token")
    func outage() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let forge = try Forge()
                fake.serve([try forge.jwk()], cacheControl: "max-age=60")
                let identities = try await bound(world, issuer)
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "ok \(email)")
                fake.fail(503)
                world.advance(by: .seconds(7_200))
                for _ in 0..<5 {
                    let fresh = try token(forge, world, issuer, ["x": .integer(.random(in: 0...Int64.max))])
                    #expect(await identities.outcome(token: fresh) == "ok \(email)")
                }
                #expect(fake.asked == 2)
                fake.serve(bytes: Array("<html>".utf8))
                world.advance(by: .seconds(31))
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "ok \(email)")
                #expect(fake.asked == 3)
            }
        }
    }

    @Test("a new key of the issuer's is found, and unknown ones do not make it be asked without end")
    func unknownKeys() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let (old, stranger) = (try Forge(), try Forge())
                var new = try Forge()
                new.kid = "new"
                fake.serve([try old.jwk()], cacheControl: "max-age=86400")
                let identities = try await bound(world, issuer)
                #expect(await identities.outcome(token: try token(old, world, issuer)) == "ok \(email)")
                world.advance(by: .seconds(31))
                fake.serve([try old.jwk(), try new.jwk()], cacheControl: "max-age=86400")
                #expect(await identities.outcome(token: try token(new, world, issuer)) == "ok \(email)")
                #expect(fake.asked == 2)
                for number in 0..<20 {
                    var other = stranger
                    other.kid = "kid-\(number)"
                    #expect(await identities.outcome(token: try token(other, world, issuer)) == "unknown_key")
                }
                #expect(fake.asked == 2)
                #expect(await identities.outcome(token: try token(stranger, world, issuer)) == "bad_signature")
            }
        }
    }

    @Test("an issuer that never answered leaves its tokens refused, and is asked again after a while")
    func neverThere() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let forge = try Forge()
                fake.fail(404)
                let identities = try await bound(world, issuer)
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "keys_unavailable")
                fake.serve([try forge.jwk()])
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "keys_unavailable")
                world.advance(by: .seconds(31))
                #expect(await identities.outcome(token: try token(forge, world, issuer)) == "ok \(email)")
            }
        }
    }

    @Test("many first tokens at once ask the issuer once")
    func atOnce() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let forge = try Forge()
                fake.serve([try forge.jwk()])
                let identities = try await bound(world, issuer)
                let token = try token(forge, world, issuer)
                await withTaskGroup(of: String.self) { group in
                    for _ in 0..<20 { group.addTask { await identities.outcome(token: token) } }
                    for await outcome in group { #expect(outcome == "ok \(email)") }
                }
                #expect(fake.asked == 1)
            }
        }
    }

    @Test("keys of other kinds and uses are passed over; a set without one of ours is no set")
    func keySets() async throws {
        let forge = try Forge()
        func ids(_ keys: [JSONValue]) async -> [String]? {
            (try? await KeySet.read((["keys": .array(keys)] as JSONValue).serialized()))?.keys.sorted()
        }
        let good = try forge.jwk()
        #expect(await ids([good]) == ["forged"])
        #expect(await ids([try forge.jwk(["alg": .null, "use": .null])]) == ["forged"])
        for changes: [String: JSONValue] in [
            ["kty": "EC"], ["alg": "RS512"], ["alg": "HS256"], ["use": "enc"], ["kid": .null], ["n": "AQAB"],
            ["n": "!"],
            ["e": .null], ["n": .null], ["kid": 1],
        ] {
            #expect(await ids([try forge.jwk(changes), good]) == ["forged"], "\(changes)")
            #expect(await ids([try forge.jwk(changes)]) == nil, "\(changes)")
        }
        for text in ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[1]}"#] {
            await #expect(throws: IdentityError.self) { try await KeySet.read(Array(text.utf8)) }
        }
    }

    @Test("nobody else vouches for this project's accounts and this machine's users")
    func impostors() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let forge = try Forge()
                fake.serve([try forge.jwk()])
                let identities = try await bound(world, issuer)
                try await identities.createPusher()
                _ = try await identities.bind(.user("root@trivet.local"), to: .admin, on: .project)
                let account = try #require(identities.account(Identities.pusher))
                for claims: [String: JSONValue] in [
                    ["email": .string(account.email), "sub": .string(account.uniqueID)],
                    ["email": "Pusher-One@My-Project.iam.gserviceaccount.com", "sub": .string(account.uniqueID)],
                    ["email": "root@trivet.local"], ["email": "root@TRIVET.local", "aud": "custom"],
                ] {
                    #expect(
                        await identities.outcome(token: try token(forge, world, issuer, claims)) == "unknown_account")
                }
                let commandLine: [String: JSONValue] = ["aud": .string(ServiceAudiences.commandLine)]
                #expect(
                    await identities.outcome(token: try token(forge, world, issuer, commandLine)) == "wrong_audience")
                let unverified: [String: JSONValue] = ["email_verified": "true"]
                #expect(await identities.outcome(token: try token(forge, world, issuer, unverified)) == "malformed")
            }
        }
    }

    @Test("the daemon's keys do not sign for a trusted issuer, nor the other way round")
    func mixedKeys() async throws {
        try await World.with { world in
            try await FakeIssuer.serving { fake, issuer in
                let forge = try Forge()
                fake.serve([try forge.jwk()])
                let identities = try await bound(world, issuer)
                try await identities.createPusher()
                _ = try await identities.identityToken(for: Identities.pusher, audience: World.url)
                let own = try Forge(stealing: world.keys)
                #expect(await identities.outcome(token: try token(own, world, issuer)) == "unknown_key")
                let mine = try token(forge, world, issuer, ["iss": "http://issuer.test"])
                #expect(await identities.outcome(token: mine) == "unknown_key")
            }
        }
    }

    @Test(
        "the time for which keys are kept is the answer's, within bounds",
        arguments: [
            (["Cache-Control": "max-age=3600"], 3_600), (["cache-control": "public, MAX-AGE=120 , x"], 120),
            (["Cache-Control": "max-age=3600", "Age": "600"], 3_000), (["Cache-Control": "max-age=5"], 60),
            (["Cache-Control": "max-age=99999999999"], 86_400), (["Cache-Control": "max-age=-1"], 60),
            (["Cache-Control": "no-store"], 60), (["Cache-Control": "max-age=x"], 300), ([:], 300),
            (["Cache-Control": "max-age=3600", "Age": "-9223372036854775808"], 3_600),
        ] as [([String: String], Int)])
    func cacheControl(headers: [String: String], seconds: Int) {
        #expect(CacheControl.lifetime(headers.map { TransferHeader($0.key, $0.value) }) == .seconds(seconds))
    }
}
