import Datastore
import JSON
import Testing

@testable import Identity

@Suite struct TokenTests {
    @Test("a token has Google's claims")
    func claims() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let account = try await identities.createAccount("pusher-one")
            let token = try await identities.identityToken(of: account.email, audience: World.url)
            let second = world.now.microseconds / 1_000_000
            #expect(
                try JSONValue.object(Forge.claims(token.token)) == [
                    "iss": "http://issuer.test", "aud": .string(World.url), "azp": .string(account.uniqueID),
                    "sub": .string(account.uniqueID), "email": .string(account.email), "email_verified": true,
                    "iat": .integer(second), "exp": .integer(second + 3_600),
                ])
            let header = try JSONValue(parsing: Forge.bytes(token.token.split(separator: ".")[0]))
            let key = try #require(identities.signingKeys.first)
            #expect(header == ["alg": "RS256", "kid": .string(key.id), "typ": "JWT"])
        }
    }

    @Test("a token is kept until five minutes before its end, for each account and audience")
    func kept() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            func token(_ audience: String = World.url) async throws -> String {
                try await identities.identityToken(for: Identities.pusher, audience: audience)
            }
            let first = try await token()
            #expect(try await token("other") != first)
            world.advance(by: .seconds(3_200))
            #expect(try await token() == first)
            world.advance(by: .seconds(101))
            let second = try await token()
            #expect(second != first)
            #expect(await identities.outcome(token: second) == "ok \(Identities.pusher)")
        }
    }

    @Test("an audience is visible ASCII, and not endless")
    func audience() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            for bad in ["", "a b", "a\n", "ä", String(repeating: "a", count: 2_049)] {
                let error = await #expect(throws: IdentityError.self) {
                    try await identities.identityToken(for: Identities.pusher, audience: bad)
                }
                #expect(error?.code == .invalidArgument)
            }
        }
    }

    @Test(
        "a service takes its URL, others of its origin, what is set, and the command line's audience",
        arguments: [
            (World.url, true), (World.url + "/", true), (World.url + "/api/v1/hello?x=y", true),
            ("HTTP://127.0.0.1:8080", true), ("https://hello.example.org", true),
            ("https://HELLO.example.org:443/x", true), ("custom", true), (ServiceAudiences.commandLine, true),
            ("http://127.0.0.1:8081", false), ("http://127.0.0.1", false), ("https://127.0.0.1:8080", false),
            ("http://hello.example.org", false), ("https://hello.example.org.evil.org", false),
            ("https://user@hello.example.org", false), ("https://hello.example.org:444", false), ("Custom", false),
            ("127.0.0.1:8080", false), ("http://", false),
        ])
    func audiences(audience: String, isTaken: Bool) async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let token = try await identities.identityToken(for: Identities.pusher, audience: audience)
            #expect(await identities.outcome(token: token).hasPrefix("ok") == isTaken)
        }
    }

    @Test("a token for one service is none for another")
    func otherService() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let user = LocalUser(name: "root", uid: 0)
            _ = try await identities.bind(user.member, to: .admin, on: .project)
            let token = try await identities.identityToken(of: user, audience: World.url).token
            #expect(await identities.outcome(token: token) == "ok root@trivet.local")
            #expect(await identities.outcome(token: token, service: "message-board-service") == "wrong_audience")
        }
    }

    @Test("a token that was good is refused once it has expired, and within the skew it is still taken")
    func expiry() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let token = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            for (seconds, outcome) in [
                (0, "ok \(Identities.pusher)"), (3_599, "ok \(Identities.pusher)"), (60, "ok \(Identities.pusher)"),
                (1, "expired"),
            ] {
                world.advance(by: .seconds(seconds))
                #expect(await identities.outcome(token: token) == outcome)
            }
        }
    }

    @Test("an access token is never an ID token, nor the other way round")
    func accessTokens() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            let access = try await identities.accessToken(of: Identities.pusher).token
            #expect(await identities.adminOutcome(token: access) == "ok \(Identities.pusher)")
            #expect(await identities.outcome(token: access) == "malformed")
            for (audience, outcome) in [
                ("http://issuer.test/admin", "wrong_audience"), (World.url, "wrong_audience"),
                ("\(World.admin)/", "ok \(Identities.pusher)"),
                (ServiceAudiences.commandLine, "ok \(Identities.pusher)"),
            ] {
                let identity = try await identities.identityToken(for: Identities.pusher, audience: audience)
                #expect(await identities.adminOutcome(token: identity) == outcome, "\(audience)")
            }
            #expect(await identities.adminOutcome(token: "garbage") == "malformed")
            #expect(await identities.outcome(token: access) == "malformed")
            try await identities.deleteAccount(Identities.pusher)
            #expect(await identities.adminOutcome(token: access) == "unknown_account")
        }
    }

    @Test(
        "a local user's email is the login name, or the number where that is no email's",
        arguments: [
            ("root", "root@trivet.local"), ("Ann_Lee", "ann_lee@trivet.local"), ("DOM\\bob", "uid-7@trivet.local"),
            ("a@b", "uid-7@trivet.local"), ("", "uid-7@trivet.local"),
        ])
    func localUsers(name: String, email: String) {
        let user = LocalUser(name: name, uid: 7)
        #expect(user.email == email)
        #expect(user.uniqueID == "100000000000000000007")
        #expect(LocalUser(uid: 0).email == "root@trivet.local")
        #expect(LocalUser(uid: 4_000_000_001).email == "uid-4000000001@trivet.local")
    }

    @Test("verified tokens are kept within bounds")
    func bounded() async throws {
        try await World.with { world in
            let cache = VerifiedTokens(limit: 10)
            let principal = Principal(member: .user("a@b.c"), uniqueID: "1", issuer: "i")
            let token = VerifiedToken(
                principal: principal, isAccessToken: false, audiences: [], expires: world.now.advanced(by: .seconds(10))
            )
            for number in 0..<100 {
                cache.keep(token, .init("token \(number)", service: "s"), now: world.now)
                #expect(cache.count <= 10)
            }
            let key = VerifiedTokens.Key("token 99", service: "s")
            #expect(cache.principal(key, now: world.now) == principal)
            #expect(cache.principal(.init("token 99", service: "other"), now: world.now) == nil)
            #expect(cache.principal(key, now: world.now.advanced(by: .seconds(-1))) == nil, "the clock was set back")
            #expect(cache.principal(key, now: world.now.advanced(by: .seconds(10))) == nil)
        }
    }
}
