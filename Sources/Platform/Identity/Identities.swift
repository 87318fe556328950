public import CoreMetrics
public import Datastore
public import Logging
public import Settings
public import Transfer

/// Accounts, policies, keys and tokens: who somebody is, and what they may do.
///
/// Changes are on the disk before they are answered; what a request asks is answered from memory.
public final class Identities: Sendable {
    let project: String
    let view = IdentityView()
    let store: IdentityStore
    let keys: KeyRing
    let tokens: TokenIssuer
    let verifier: TokenVerifier
    let verified = VerifiedTokens()
    let audiences: @Sendable (String) -> ServiceAudiences
    let issuerURL: @Sendable () -> String
    let now: @Sendable () -> Timestamp

    /// Reads accounts, policies and keys.
    ///
    /// - Parameters:
    ///   - datastore: where accounts and policies are.
    ///   - keysFolder: where the signing keys are.
    ///   - project: the project's id.
    ///   - services: the services on which roles can be bound.
    ///   - settings: the clock skew and the trusted issuers.
    ///   - issuer: what the daemon's own tokens carry as `iss`; known once the listeners are open.
    ///   - audiences: what a service is called; asked for tokens that are not known yet.
    ///   - transfer: fetches the keys of trusted issuers.
    ///   - keyTimeout: how long such a fetch may take.
    ///   - metrics: the metrics backend.
    ///   - logger: the logger.
    ///   - now: the clock.
    /// - Throws: `IdentityError` `brokenKeys` when the key files cannot be used; what the datastore throws.
    public init(
        datastore: Datastore, keysFolder: String, project: String, services: [String], settings: IdentitySettings,
        issuer: @escaping @Sendable () -> String, audiences: @escaping @Sendable (String) -> ServiceAudiences,
        transfer: TransferClient, keyTimeout: Duration = .seconds(10), metrics: any MetricsFactory, logger: Logger,
        now: @escaping @Sendable () -> Timestamp = { .now }
    ) async throws {
        self.project = project
        self.audiences = audiences
        self.now = now
        issuerURL = issuer
        store = IdentityStore(datastore: datastore, view: view, project: project, services: services)
        try await store.load()
        keys = try await KeyRing.open(KeyFolder(path: keysFolder), now: now, logger: logger)
        tokens = TokenIssuer(keys: keys, issuer: issuer, now: now, metrics: metrics)
        let trusted = settings.trustedIssuers.map { issuer in
            TrustedKeys(issuer, transfer: transfer, timeout: keyTimeout, now: now, metrics: metrics, logger: logger)
        }
        verifier = TokenVerifier(
            keys: keys, trusted: trusted, issuer: issuer, skew: settings.clockSkew, now: now)
    }

    /// What the daemon's own tokens carry as `iss`.
    public var issuer: String { issuerURL() }
}

// Accounts and policies.
extension Identities {
    /// All service accounts, by email.
    public var accounts: [ServiceAccount] { view.accounts }

    /// Makes an account named `NAME@PROJECT.iam.gserviceaccount.com`, durable on return. Throws `alreadyExists`.
    public func createAccount(
        _ name: String, displayName: String = "", description: String = ""
    ) async throws -> ServiceAccount {
        try await store.create(name, displayName: displayName, description: description)
    }

    /// Changes what an account is called, and what it is said to be for, durable on return; nil leaves it as it is.
    /// Throws `notFound`.
    public func updateAccount(
        _ email: String, displayName: String?, description: String?
    ) async throws -> ServiceAccount {
        try await store.update(email, displayName: displayName, description: description)
    }

    /// Deletes an account and its bindings; its tokens are refused from now on. Throws `notFound`.
    public func deleteAccount(_ email: String) async throws { try await store.delete(email) }

    /// Who may do what with the project, a service or an account. Throws `notFound` for one that there is not.
    public func policy(of target: PolicyTarget) throws(IdentityError) -> Policy {
        try store.check(target)
        return view.policy(target)
    }

    /// Replaces a policy, durable on return.
    ///
    /// - Parameter etag: the etag of the policy that the caller has seen; nil: whatever is there is replaced.
    /// - Throws: `aborted` when it was changed since.
    public func setPolicy(_ policy: Policy, etag: String?, of target: PolicyTarget) async throws -> Policy {
        try await store.set(policy, etag: etag, on: target)
    }

    /// Gives a role to a member, durable on return.
    public func bind(_ member: Member, to role: Role, on target: PolicyTarget) async throws -> Policy {
        try await store.add(member, to: role, on: target)
    }

    /// Throws for a binding that could not be made, unless for want of an account, which is not asked.
    public func validateBinding(_ member: Member, to role: Role, on target: PolicyTarget) throws(IdentityError) {
        if case .account = target {} else { try store.check(target) }
        try store.checkForm(member, role, on: target)
    }

    /// Takes a role from a member, durable on return. Throws `notFound` when it does not have it.
    public func unbind(_ member: Member, from role: Role, on target: PolicyTarget) async throws -> Policy {
        try await store.remove(member, from: role, on: target)
    }

    /// Whether a member has a role, or one that holds it, on the project or on a thing in it.
    public func allows(_ member: Member, _ role: Role, on target: PolicyTarget = .project) -> Bool {
        view.allows(member, role, on: target)
    }
}

// Keys.
extension Identities {
    /// The keys whose public halves are served, the one that signs first.
    public var signingKeys: [SigningKey] { keys.served }

    /// Makes a new key that signs from now on. The one before is served until its tokens have expired.
    public func rotateKeys() async throws -> SigningKey { try await keys.rotate() }
}
