import Datastore
import JSON

/// Accounts and policies in the datastore; what is acknowledged is on the disk, and in the view.
struct IdentityStore: Sendable {
    let datastore: Datastore
    let view: IdentityView
    let project: String
    let services: [String]

    /// How often a change of a policy is tried beside others.
    private static let tries = 10
    /// As many members as Google takes in a policy.
    private static let memberLimit = 1_500

    /// Reads all into the view.
    func load() async throws {
        for stored in try await all(ServiceAccount.kind) {
            if let account = ServiceAccount(stored.entity) { view.apply(account) }
        }
        for stored in try await all(Policy.kind) { apply(stored) }
    }

    private func all(_ kind: String) async throws -> [StoredEntity] {
        var query = Query(kind: kind, namespace: Key.platformNamespace)
        var found: [StoredEntity] = []
        while true {
            let batch = try await datastore.run(query)
            found += batch.results.map(\.stored)
            guard batch.more == .notFinished else { return found }
            query.start = batch.endCursor
        }
    }

    private func apply(_ stored: StoredEntity) {
        guard let target = PolicyTarget(stored.key) else { return }
        view.apply(Policy(stored), version: stored.version, of: target)
    }

    // MARK: Accounts

    func create(_ name: String, displayName: String, description: String) async throws -> ServiceAccount {
        try ServiceAccount.validate(name, displayName: displayName, description: description)
        let account = ServiceAccount(
            email: ServiceAccount.email(name, project: project), uniqueID: Self.freshID(), displayName: displayName,
            description: description, createTime: .now)
        let stripped = try await datastore.transaction { transaction in
            guard try transaction.get(ServiceAccount.key(account.email)) == nil else {
                throw IdentityError(.alreadyExists, "there is an account \(account.email) already")
            }
            // What was set while the account before was deleted is not this one's.
            let stripped = try Self.strip(account.email, in: transaction)
            try transaction.put(account.entity)
            return stripped
        }
        // First what nobody has any more, then the account: at no moment has it the rights of the one before.
        try await applyStored(stripped)
        view.add(account)
        return account
    }

    func update(_ email: String, displayName: String?, description: String?) async throws -> ServiceAccount {
        let account = try await datastore.transaction { transaction in
            guard var account = try transaction.get(ServiceAccount.key(email)).flatMap(ServiceAccount.init) else {
                throw IdentityError(.notFound, "there is no account \(email)")
            }
            account.displayName = displayName ?? account.displayName
            account.description = description ?? account.description
            try ServiceAccount.validate(displayName: account.displayName, description: account.description)
            try transaction.put(account.entity)
            return account
        }
        view.apply(account)
        return account
    }

    /// Deletes an account and takes it out of every policy, at once: an account that is made again under the same
    /// name starts without rights.
    func delete(_ email: String) async throws {
        let (account, stripped) = try await datastore.transaction { transaction in
            guard let account = try transaction.get(ServiceAccount.key(email)).flatMap(ServiceAccount.init) else {
                throw IdentityError(.notFound, "there is no account \(email)")
            }
            try transaction.delete(ServiceAccount.key(email))
            return (account, try Self.strip(email, in: transaction))
        }
        view.remove(account)
        try await applyStored(stripped)
    }

    /// Takes an account out of every policy there is, also of services that the settings name no more, and deletes its
    /// own; gives the policies that were changed.
    private static func strip(_ email: String, in transaction: Transaction) throws -> [Key] {
        let member = Member.serviceAccount(email)
        let own = PolicyTarget.account(email)
        try transaction.delete(own.key)
        var query = Query(kind: Policy.kind, namespace: Key.platformNamespace)
        var stripped: [Key] = []
        while true {
            let batch = try transaction.query(query)
            for entity in batch.entities {
                guard let target = PolicyTarget(entity.key), target != own else { continue }
                let policy = Policy(entity, etag: "")
                guard policy.bindings.contains(where: { $0.members.contains(member) }) else { continue }
                try transaction.put(policy.removing(member).entity(target))
                stripped.append(entity.key)
            }
            guard batch.more == .notFinished else { return stripped }
            query.start = batch.endCursor
        }
    }

    /// Takes policies into the view as they are stored now.
    private func applyStored(_ policies: [Key]) async throws {
        for key in policies { try await datastore.lookup(key).map(apply) }
    }

    /// 21 digits that were given to nobody: Google's form. The local users' numbers are below these.
    private static func freshID() -> String {
        let digits = String(UInt64.random(in: 1_000_000_000_000_000_000...UInt64.max))
        return "1" + String(repeating: "0", count: 20 - digits.utf8.count) + digits
    }

    // MARK: Policies

    /// Replaces a policy.
    ///
    /// - Parameter etag: the state that the caller has seen; nil: whatever it is.
    func set(_ policy: Policy, etag: String?, on target: PolicyTarget) async throws -> Policy {
        try check(target)
        for binding in policy.bindings {
            for member in binding.members { try check(member, binding.role, on: target) }
        }
        guard let etag else { return try await change(target) { _ in policy } }
        guard let version = Policy.version(etag), let written = try await write(policy, over: version, on: target)
        else {
            throw IdentityError(
                .aborted, "the policy was changed since it was read: read it again, and change what is there now")
        }
        return written
    }

    func add(_ member: Member, to role: Role, on target: PolicyTarget) async throws -> Policy {
        try check(target)
        try check(member, role, on: target)
        return try await change(target) { $0.adding(member, to: role) }
    }

    func remove(_ member: Member, from role: Role, on target: PolicyTarget) async throws -> Policy {
        try check(target)
        return try await change(target) { policy in
            guard policy.has(member, role) else {
                throw IdentityError(.notFound, "the policy binds no \(member.text) to \(role.rawValue)")
            }
            return policy.removing(member, from: role)
        }
    }

    private func change(_ target: PolicyTarget, _ body: (Policy) throws -> Policy) async throws -> Policy {
        for _ in 0..<Self.tries {
            let stored = try await datastore.lookup(target.key)
            let old = stored.map { Policy($0) } ?? Policy(etag: Policy.etag(0))
            let new = try body(old)
            if new.bindings == old.bindings { return old }
            if let written = try await write(new, over: stored?.version ?? 0, on: target) { return written }
        }
        throw IdentityError(.aborted, "the policy is being changed by others: try again")
    }

    /// Stores a policy over the version that it was made from; nil when another one is there.
    private func write(_ policy: Policy, over version: Int64, on target: PolicyTarget) async throws -> Policy? {
        let count = policy.bindings.reduce(0) { $0 + $1.members.count }
        guard count <= Self.memberLimit else {
            throw IdentityError.invalid("a policy has at most \(Self.memberLimit) members")
        }
        let mutation = Mutation(.upsert(policy.entity(target)), baseVersion: version)
        guard let result = try await datastore.commit([mutation]).first, !result.conflictDetected else { return nil }
        let written = Policy(bindings: policy.bindings, etag: Policy.etag(result.version))
        view.apply(written, version: result.version, of: target)
        return written
    }

    /// Throws `notFound` for a service or an account that there is not.
    func check(_ target: PolicyTarget) throws(IdentityError) {
        switch target {
        case .project: break
        case .service(let name):
            guard !services.contains(where: { $0.hasSameBytes(as: name) }) else { return }
            throw IdentityError(
                .notFound, "no service \(name.debugDescription); there are: \(services.joined(separator: ", "))")
        case .account(let email):
            guard view.account(email) == nil else { return }
            throw IdentityError(.notFound, "there is no account \(email)")
        }
    }

    private func check(_ member: Member, _ role: Role, on target: PolicyTarget) throws(IdentityError) {
        try checkForm(member, role, on: target)
        guard case .serviceAccount(let email) = member,
            email.endsInBytes(with: "@\(ServiceAccount.domain(project: project))"), view.account(email) == nil
        else { return }
        throw .invalid("there is no account \(email): create it first, or mend the name")
    }

    /// Throws for a role that members of this kind cannot have there; whether there is such an account is not asked.
    func checkForm(_ member: Member, _ role: Role, on target: PolicyTarget) throws(IdentityError) {
        switch target {
        case .service:
            guard role == .invoker else {
                throw .invalid("on a service only \(Role.invoker.rawValue) is bound; bind the others on the project")
            }
        case .account:
            guard role == .tokenCreator, member.email != nil else {
                throw .invalid("on an account only \(Role.tokenCreator.rawValue) is bound, and to somebody with a name")
            }
        case .project:
            guard member.email != nil else {
                throw .invalid("\(member.text) is bound on services only, so that nobody opens the whole project")
            }
        }
    }
}
