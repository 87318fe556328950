import Datastore
import JSON
import Synchronization

/// Accounts and policies in memory, where each request looks: never behind what was acknowledged, since a change is
/// applied here before its caller hears of it.
final class IdentityView: Sendable {
    private struct StoredPolicy {
        var version: Int64
        var policy: Policy
    }

    private struct State {
        var accounts: [String: ServiceAccount] = [:]
        /// Accounts that are gone, so that a change that was overtaken does not bring one back.
        var deleted: Set<String> = []
        var policies: [PolicyTarget: StoredPolicy] = [:]
    }

    private let state = Mutex(State())

    func account(_ email: String) -> ServiceAccount? { state.withLock { $0.accounts[email] } }

    /// All accounts, by email.
    var accounts: [ServiceAccount] {
        state.withLock { Array($0.accounts.values) }.sorted { $0.email.precedesInBytes($1.email) }
    }

    func policy(_ target: PolicyTarget) -> Policy {
        state.withLock { $0.policies[target]?.policy } ?? Policy(etag: Policy.etag(0))
    }

    func apply(_ account: ServiceAccount) {
        state.withLock { state in
            guard !state.deleted.contains(account.uniqueID) else { return }
            state.accounts[account.email] = account
        }
    }

    /// Takes an account that was just made: nobody may act for it yet.
    func add(_ account: ServiceAccount) {
        state.withLock { $0.policies[.account(account.email)] = nil }
        apply(account)
    }

    func remove(_ account: ServiceAccount) {
        state.withLock { state in
            state.policies[.account(account.email)] = nil
            state.deleted.insert(account.uniqueID)
            if state.accounts[account.email]?.uniqueID == account.uniqueID { state.accounts[account.email] = nil }
        }
    }

    /// Takes a policy, unless a later one is here already.
    func apply(_ policy: Policy, version: Int64, of target: PolicyTarget) {
        state.withLock { state in
            guard state.policies[target].map({ $0.version < version }) ?? true else { return }
            state.policies[target] = StoredPolicy(version: version, policy: policy)
        }
    }

    /// Whether anybody may call a service, even without a token.
    func isPublic(_ service: String) -> Bool {
        state.withLock { $0.policies[.service(service)]?.policy.has(.allUsers, .invoker) ?? false }
    }

    /// Whether a member has a role, or one that holds it, on the project or on a thing in it.
    func allows(_ member: Member, _ role: Role, on target: PolicyTarget = .project) -> Bool {
        state.withLock { state in
            if target != .project, let policy = state.policies[target]?.policy {
                let isBound = [member, .allUsers, .allAuthenticatedUsers].contains { policy.has($0, role) }
                if isBound { return true }
            }
            guard let project = state.policies[.project]?.policy else { return false }
            return role.holders.contains { project.has(member, $0) }
        }
    }
}

extension Policy {
    func has(_ member: Member, _ role: Role) -> Bool {
        bindings.contains { $0.role == role && $0.members.contains(member) }
    }
}
