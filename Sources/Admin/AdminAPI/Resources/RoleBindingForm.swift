import Identity
import JSON
import Settings

/// Role bindings, each of one member: `resource` (`project`, `services/NAME` or `serviceAccounts/NAME`), `role` and
/// `member`.
struct RoleBindingForm: ResourceForm {
    let parts: AdminParts

    private static let project = "project"
    private static let services = "services/"
    private static let accounts = "serviceAccounts/"

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(only: ["resource", "role", "member"])
        let target = try target(try declared.requiredText("resource"))
        let role = try Role.parse(try declared.requiredText("role"))
        let member = try Member.parse(try declared.requiredText("member"))
        try parts.identities.validateBinding(member, to: role, on: target)
        return resource(target, role, member)
    }

    func all() throws -> StoredResources {
        let services = parts.settings.settings.services.map { PolicyTarget.service($0.name) }
        let accounts = parts.identities.accounts.map { PolicyTarget.account($0.email) }
        return StoredResources(
            try ([.project] + services + accounts).flatMap { target in
                try parts.identities.policy(of: target).bindings.flatMap { binding in
                    binding.members.map { resource(target, binding.role, $0) }
                }
            })
    }

    private func target(_ text: String) throws(AdminProblem) -> PolicyTarget {
        if text == Self.project { return .project }
        if text.hasPrefix(Self.services) { return .service(String(text.dropFirst(Self.services.count))) }
        if text.hasPrefix(Self.accounts) {
            return .account(parts.settings.settings.accountEmail(String(text.dropFirst(Self.accounts.count))))
        }
        throw .invalid(
            "resource \"\(text)\" is none of \(Self.project), \(Self.services)NAME and \(Self.accounts)NAME")
    }

    private func resource(_ target: PolicyTarget, _ role: Role, _ member: Member) -> JSONObject {
        let place =
            switch target {
            case .project: Self.project
            case .service(let name): Self.services + name
            case .account(let email): Self.accounts + name(of: email)
            }
        var resource = JSONObject()
        resource["resource"] = .string(place)
        resource["role"] = .string(role.rawValue)
        resource["member"] = .string(member.text)
        return resource
    }

    /// What stands before the `@`, for the project's own.
    private func name(of email: String) -> String {
        let name = String(email.prefix { $0 != "@" })
        return parts.settings.settings.accountEmail(name) == email ? name : email
    }
}
