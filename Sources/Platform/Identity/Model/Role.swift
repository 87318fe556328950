/// What a member may do.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// May call a service; on the project, every service.
    case invoker = "roles/run.invoker"
    /// May get tokens for the project's accounts.
    case tokenCreator = "roles/iam.serviceAccountTokenCreator"
    /// May publish to the project's topics.
    case publisher = "roles/pubsub.publisher"
    /// May read the admin interface.
    case viewer = "roles/viewer"
    /// May also run, purge, pause.
    case `operator` = "roles/operator"
    /// May do everything, what the other roles allow included.
    case admin = "roles/admin"

    /// What people call it.
    public var title: String {
        switch self {
        case .invoker: "Cloud Run Invoker"
        case .tokenCreator: "Service Account Token Creator"
        case .publisher: "Pub/Sub Publisher"
        case .viewer: "Viewer"
        case .operator: "Operator"
        case .admin: "Admin"
        }
    }

    /// The roles that hold what this one allows, itself included.
    var holders: [Role] {
        switch self {
        case .viewer: [.viewer, .operator, .admin]
        case .operator: [.operator, .admin]
        case .admin: [.admin]
        case .invoker, .tokenCreator, .publisher: [self, .admin]
        }
    }

    /// Reads a role's name.
    ///
    /// - Throws: `invalidArgument` with the list of the roles that there are.
    public static func parse(_ name: String) throws(IdentityError) -> Role {
        guard let role = Role(rawValue: name) else {
            let known = allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("\(name.debugDescription) is not a role; there are: \(known)")
        }
        return role
    }
}
