import Datastore
import Testing

@testable import Identity

@Suite struct StoreTests {
    private let service = PolicyTarget.service(World.service)
    private let member = Member.serviceAccount(Identities.pusher)

    @Test("accounts and bindings are there after a restart")
    func restart() async throws {
        try await World.with { world in
            let first = try await world.identities()
            let account = try await first.createAccount("pusher-one", displayName: "Pusher")
            let policy = try await first.bind(member, to: .invoker, on: service)
            _ = try await first.bind(.user("root@trivet.local"), to: .admin, on: .project)
            let second = try await world.identities()
            #expect(second.accounts == [account])
            #expect(try second.policy(of: service) == policy)
            #expect(second.allows(.user("root@trivet.local"), .admin))
        }
    }

    @Test("a name that is taken, or none, is refused")
    func names() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let account = try await identities.createAccount("pusher-one")
            #expect(account.uniqueID.count == 21)
            #expect(await code { try await identities.createAccount("pusher-one") } == .alreadyExists)
            #expect(await code { try await identities.createAccount("Pusher One") } == .invalidArgument)
            #expect(
                await code {
                    try await identities.createAccount("pusher-two", displayName: String(repeating: "x", count: 101))
                }
                    == .invalidArgument)
            #expect(await code { try await identities.deleteAccount("nobody@example.org") } == .notFound)
            #expect(
                await code { try await identities.identityToken(for: "nobody@example.org", audience: "a") } == .notFound
            )
        }
    }

    @Test("a deleted account's tokens are refused at once, and one of the same name starts without rights")
    func deletion() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await identities.createPusher()
            _ = try await identities.bind(member, to: .publisher, on: .project)
            let token = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            #expect(await identities.outcome(token: token) == "ok \(Identities.pusher)")
            try await identities.deleteAccount(Identities.pusher)
            #expect(await identities.outcome(token: token) == "unknown_account")
            #expect(try identities.policy(of: service).bindings.isEmpty)
            #expect(try identities.policy(of: .project).bindings.isEmpty)
            _ = try await identities.createAccount("pusher-one")
            let again = try await identities.identityToken(for: Identities.pusher, audience: World.url)
            #expect(await identities.outcome(token: again) == "unbound")
            #expect(await identities.outcome(token: token) == "unknown_account", "the old token stays dead")
        }
    }

    @Test("an account that is made again has no role that was bound to its name while there was none")
    func lateBinding() async throws {
        try await World.with { world in
            let first = try await world.identities()
            try await first.createPusher()
            _ = try await first.createAccount("pusher-two")
            let other = PolicyTarget.account("pusher-two@my-project.iam.gserviceaccount.com")
            // A service that the settings name no more, and may name again.
            let targets = [PolicyTarget.project, service, .service("gone-service"), other]
            try await first.deleteAccount(Identities.pusher)
            // As a binding leaves them that found the account, and was stored when it was deleted.
            try await first.store.datastore.transaction { [member] transaction in
                for target in targets {
                    let policy = Policy().adding(member, to: .tokenCreator).adding(.user("a@b.c"), to: .tokenCreator)
                    try transaction.put(policy.entity(target))
                }
                let own = PolicyTarget.account(Identities.pusher)
                try transaction.put(Policy().adding(.user("a@b.c"), to: .tokenCreator).entity(own))
            }
            let second = try await world.identities()
            #expect(second.allows(member, .tokenCreator))
            _ = try await second.createAccount("pusher-one")
            for identities in [second, try await world.identities()] {
                #expect(identities.view.policy(.account(Identities.pusher)).bindings.isEmpty)
                for target in targets {
                    #expect(!identities.allows(member, .tokenCreator, on: target))
                    let members = identities.view.policy(target).members(of: .tokenCreator)
                    #expect(members == [.user("a@b.c")], "\(target)")
                }
            }
        }
    }

    @Test("a policy that was changed since it was read is not replaced")
    func etags() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let seen = try identities.policy(of: service)
            let one = try await identities.setPolicy(seen.adding(.allUsers, to: .invoker), etag: seen.etag, of: service)
            #expect(one.etag != seen.etag)
            for etag in [seen.etag, "", "zz", "7fffffffffffffff", "-1"] {
                #expect(
                    await code { try await identities.setPolicy(Policy(), etag: etag, of: service) } == .aborted,
                    "\(etag)")
            }
            #expect(try identities.policy(of: service) == one)
            let two = try await identities.setPolicy(Policy(), etag: nil, of: service)
            #expect(two.bindings.isEmpty)
            #expect(try identities.policy(of: service) == two)
        }
    }

    @Test("of many who bind at once nobody's binding is lost")
    func concurrency() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        _ = try await identities.bind(.user("u\(number)@x.org"), to: .invoker, on: service)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try identities.policy(of: service).members(of: .invoker).count == 8)
            #expect(try await world.identities().policy(of: service) == identities.policy(of: service))
        }
    }

    @Test("roles go where they belong, to members that there are")
    func rules() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            #expect(await code { try await identities.bind(member, to: .invoker, on: service) } == .invalidArgument)
            #expect(await code { try await identities.bind(.allUsers, to: .viewer, on: service) } == .invalidArgument)
            #expect(await code { try await identities.bind(.allUsers, to: .invoker, on: .project) } == .invalidArgument)
            #expect(
                await code { try await identities.bind(.allUsers, to: .invoker, on: .service("nope")) } == .notFound)
            #expect(await code { try await identities.unbind(.allUsers, from: .invoker, on: service) } == .notFound)
            let many = (0..<1_501).map { Member.user("u\($0)@x.org") }
            let policy = Policy(bindings: [.init(role: .invoker, members: many)])
            #expect(await code { try await identities.setPolicy(policy, etag: nil, of: service) } == .invalidArgument)
        }
    }

    @Test("who is bound on the project, as invoker or admin, may call every service; others' roles do not help")
    func projectRoles() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let user = LocalUser(name: "alice", uid: 1_000)
            let token = try await identities.identityToken(of: user, audience: "custom").token
            for (role, outcome) in [
                (Role.viewer, "unbound"), (.operator, "unbound"), (.publisher, "unbound"), (.tokenCreator, "unbound"),
                (.invoker, "ok alice@trivet.local"), (.admin, "ok alice@trivet.local"),
            ] {
                _ = try await identities.bind(user.member, to: role, on: .project)
                #expect(await identities.outcome(token: token) == outcome, "\(role)")
                #expect(await identities.outcome(token: token, service: "message-board-service") == outcome)
                _ = try await identities.unbind(user.member, from: role, on: .project)
            }
            #expect(await identities.outcome(token: token) == "unbound")
        }
    }

    @Test("allUsers need no token, and a bad one takes nothing away; allAuthenticatedUsers need a good one")
    func open() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            let token = try await identities.identityToken(of: LocalUser(name: "bob", uid: 7), audience: World.url)
                .token
            _ = try await identities.bind(.allAuthenticatedUsers, to: .invoker, on: service)
            #expect(await identities.outcome(token: token) == "ok bob@trivet.local")
            #expect(await identities.outcome([]) == "missing")
            #expect(await identities.outcome(token: "x.y.z") == "malformed")
            _ = try await identities.bind(.allUsers, to: .invoker, on: service)
            #expect(await identities.outcome(token: token) == "ok bob@trivet.local")
            #expect(await identities.outcome([]) == "ok")
            #expect(await identities.outcome(token: "x.y.z") == "ok")
            #expect(await identities.outcome([], service: "message-board-service") == "missing")
        }
    }

    @Test("advice names the binding to add, and is silent where there is one")
    func advice() async throws {
        try await World.with { world in
            let identities = try await world.identities()
            _ = try await identities.createAccount("pusher-one")
            let advice = identities.invocationAdvice(account: Identities.pusher, service: World.service)
            #expect(
                advice == "trivetctl services add-iam-policy-binding hello-world-service "
                    + "--member=serviceAccount:\(Identities.pusher) --role=roles/run.invoker")
            _ = try await identities.bind(member, to: .invoker, on: service)
            #expect(identities.invocationAdvice(account: Identities.pusher, service: World.service) == nil)
            #expect(
                identities.invocationAdvice(account: "x@y.z", service: World.service)?.contains("no account") == true)
        }
    }

    private func code<T>(_ body: () async throws -> T) async -> IdentityError.Code? {
        do {
            _ = try await body()
            return nil
        } catch { return (error as? IdentityError)?.code }
    }
}
