/// Who may do what with a service or the project, in Google's shape.
public struct PolicyInfo: Codable, Sendable, Hashable {
    /// A role and those who have it.
    public struct Binding: Codable, Sendable, Hashable {
        /// The role, such as `roles/run.invoker`.
        public let role: String
        /// `serviceAccount:EMAIL`, `user:EMAIL`, `allUsers` or `allAuthenticatedUsers`.
        public let members: [String]

        /// Creates a binding.
        public init(role: String, members: [String]) {
            self.role = role
            self.members = members
        }
    }

    /// The bindings, by role.
    public let bindings: [Binding]
    /// Stands for this state of the policy; given back with a change, the change is refused when another came between.
    public let etag: String?
    /// The form's version: always 1.
    public let version: Int?

    /// Creates a policy.
    public init(bindings: [Binding], etag: String?, version: Int? = 1) {
        self.bindings = bindings
        self.etag = etag
        self.version = version
    }
}

/// The body of `POST …/iamPolicy:addBinding` and `:removeBinding`.
public struct BindingBody: Codable, Sendable, Hashable {
    /// The role.
    public let role: String
    /// The member.
    public let member: String

    /// Creates a body.
    public init(role: String, member: String) {
        self.role = role
        self.member = member
    }
}
