/// Who may do what with one thing.
public struct Policy: Sendable, Hashable {
    /// A role and those who have it.
    public struct Binding: Sendable, Hashable {
        /// The role.
        public let role: Role
        /// Those who have it, each once, in the order of their texts.
        public let members: [Member]

        /// Creates a binding.
        public init(role: Role, members: [Member]) {
            self.role = role
            self.members = Set(members).sorted { $0.text < $1.text }
        }
    }

    /// The bindings, one a role, in the order of the roles' names; none without members.
    public let bindings: [Binding]
    /// Stands for this state of the policy: a change that names another one is refused. Empty: never set.
    public let etag: String

    /// Creates a policy; bindings of one role become one.
    public init(bindings: [Binding] = [], etag: String = "") {
        let byRole = Dictionary(grouping: bindings, by: \.role)
        self.bindings = byRole.map { Binding(role: $0, members: $1.flatMap(\.members)) }
            .filter { !$0.members.isEmpty }.sorted { $0.role.rawValue < $1.role.rawValue }
        self.etag = etag
    }

    /// Those who have a role.
    public func members(of role: Role) -> [Member] { bindings.first { $0.role == role }?.members ?? [] }

    /// The same with one member more.
    func adding(_ member: Member, to role: Role) -> Policy {
        Policy(bindings: bindings + [Binding(role: role, members: [member])], etag: etag)
    }

    /// The same without a member in a role, or in every role.
    func removing(_ member: Member, from role: Role? = nil) -> Policy {
        let rest = bindings.map { binding in
            guard role == nil || binding.role == role else { return binding }
            return Binding(role: binding.role, members: binding.members.filter { $0 != member })
        }
        return Policy(bindings: rest, etag: etag)
    }
}

/// What a policy is about.
public enum PolicyTarget: Sendable, Hashable {
    /// The whole project.
    case project
    /// One hosted service.
    case service(String)
    /// One account, by its email: who may act for it.
    case account(String)
}
