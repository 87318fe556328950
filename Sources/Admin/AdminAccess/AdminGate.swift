import Glibc
public import Hosting
public import Identity

/// Who may do what through the admin interface.
///
/// On the unix socket the kernel says who asks (SO_PEERCRED). Who may connect at all, the socket's mode decides: they
/// read. Root and the daemon's own user do everything, since the data are theirs anyway; other users of this machine do
/// what the project's policy lets them. Over TCP, Hosting has found out who asks (`admin.authentication: required`),
/// and the policy says what they may; or nobody was asked, and everybody who reaches the address is let in.
public struct AdminGate: Sendable {
    /// Whether a member has a role, or one that holds it.
    public typealias Allowing = @Sendable (_ member: Member, _ role: Role, _ target: PolicyTarget) -> Bool

    private let isAllowed: Allowing
    private let project: String
    private let daemonUser: UInt32
    private let userNames: UserNames

    /// Creates a gate.
    ///
    /// - Parameters:
    ///   - project: the project's id.
    ///   - daemonUser: the user id that, besides root, owns the daemon; nil is this process's own.
    ///   - userNames: the names of this machine's users.
    ///   - allows: what the policies say.
    public init(
        project: String, daemonUser: UInt32? = nil, userNames: UserNames = UserNames(), allows: @escaping Allowing
    ) {
        isAllowed = allows
        self.project = project
        self.daemonUser = daemonUser ?? geteuid()
        self.userNames = userNames
    }

    /// Lets a request pass, or says why it may not.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - permission: what whoever asks must be allowed.
    ///   - target: what it is done to; a role on the project is one on everything in it.
    public func admit(
        _ request: HostedRequest, to permission: Permission, on target: PolicyTarget = .project
    ) async throws(AccessDenial) {
        guard let caller = await caller(of: request, to: permission), !allows(caller, permission, target) else {
            return
        }
        throw denial(of: caller, permission)
    }

    /// Whether a request would pass.
    public func allows(
        _ request: HostedRequest, _ permission: Permission, on target: PolicyTarget = .project
    ) async -> Bool {
        guard let caller = await caller(of: request, to: permission) else { return true }
        return allows(caller, permission, target)
    }

    /// Lets only root and the daemon's own user pass, by the kernel's word: for what is done with the daemon's rights
    /// on this machine.
    public func requireOwner(_ peer: Peer, to what: String) throws(AccessDenial) {
        guard case .unix(let credentials) = peer, isOwner(credentials) else {
            throw AccessDenial(
                message: "only root and the daemon's user (\(daemonUser)) may \(what), on the unix socket")
        }
    }

    /// The member that a request is from; nil over TCP where nobody was asked.
    public func member(of request: HostedRequest) async -> Member? {
        switch request.peer {
        case .unix(let credentials): await user(credentials).member
        case .tcp: request.principal.flatMap(Member.of)
        }
    }

    /// Whether the process at the other end of the socket is root's or the daemon's user's.
    public func isOwner(_ credentials: PeerCredentials) -> Bool {
        credentials.uid == 0 || credentials.uid == daemonUser
    }

    // MARK: Callers

    private enum Caller {
        case user(LocalUser, uid: UInt32)
        case principal(Member)
        case nobody
    }

    /// Whose roles are to be looked at; nil for whoever may without.
    private func caller(of request: HostedRequest, to permission: Permission) async -> Caller? {
        switch request.peer {
        case .unix(let credentials):
            if permission.role == .viewer || isOwner(credentials) { return nil }
            return .user(await user(credentials), uid: credentials.uid)
        case .tcp:
            if let member = request.principal.flatMap(Member.of) { return .principal(member) }
            return permission.isOpen ? nil : .nobody
        }
    }

    private func user(_ credentials: PeerCredentials) async -> LocalUser {
        LocalUser(name: await userNames.name(of: credentials.uid), uid: credentials.uid)
    }

    private func allows(_ caller: Caller, _ permission: Permission, _ target: PolicyTarget) -> Bool {
        switch caller {
        case .user(let user, _): permission.roles.contains { isAllowed(user.member, $0, target) }
        case .principal(let member): permission.roles.contains { isAllowed(member, $0, target) }
        case .nobody: false
        }
    }

    private func denial(of caller: Caller, _ permission: Permission) -> AccessDenial {
        let role = (permission.roles.first ?? permission.role).rawValue
        func advice(_ member: Member) -> String {
            "trivetctl projects add-iam-policy-binding \(project) --member=\(member.text) --role=\(role)"
        }
        let message =
            switch caller {
            case .user(let user, let uid):
                "user \(uid) may read only; root and the daemon's user (\(daemonUser)) may change things, and who has "
                    + "\(role): \(advice(user.member))"
            case .principal(let member): "\(member.text) lacks \(role): \(advice(member))"
            case .nobody:
                "this is done on the unix socket only, or with a token where admin.authentication is required"
            }
        return AccessDenial(message: message)
    }
}
