public import Identity

/// What a route of the admin interface asks of its callers: it stands beside the route.
public struct Permission: Sendable, Hashable {
    /// The least of the roles viewer, operator and admin that has it.
    public let role: Role
    /// Roles besides that are made for it.
    public let others: [Role]
    /// Whether it is given to everybody where nobody is asked who they are (`admin.authentication: none`).
    public let isOpen: Bool

    private init(_ role: Role, others: [Role] = [], isOpen: Bool = true) {
        self.role = role
        self.others = others
        self.isOpen = isOpen
    }

    /// To look at things.
    public static let read = Permission(.viewer)
    /// To run what is set up, and to change what is stored: jobs, messages, objects, entities.
    public static let operate = Permission(.operator)
    /// To change how things are set up, and who may do what.
    public static let administer = Permission(.admin)
    /// To get tokens of accounts. Never without a name: whoever has an account's token has its roles.
    public static let actAs = Permission(.admin, others: [.tokenCreator], isOpen: false)

    /// The same, and whoever has another role, too.
    public func or(_ role: Role) -> Permission { Permission(self.role, others: others + [role], isOpen: isOpen) }

    /// The same, but not without a name.
    public var named: Permission { Permission(role, others: others, isOpen: false) }

    /// Every role that has it by itself, the least first.
    var roles: [Role] { others + [role] }
}
