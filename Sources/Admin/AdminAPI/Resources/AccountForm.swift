import Identity
import JSON
import Settings

/// Service accounts: `name`, `displayName` and `description`.
struct AccountForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(only: ["name", "displayName", "description"])
        let name = try declared.requiredText("name")
        let displayName = try declared.optionalText("displayName") ?? ""
        let description = try declared.optionalText("description") ?? ""
        try ServiceAccount.validate(name, displayName: displayName, description: description)
        return Self.resource(name, displayName, description)
    }

    func all() -> StoredResources {
        let project = parts.settings.settings.project
        var stored = StoredResources()
        for account in parts.identities.accounts {
            let name = String(account.email.prefix { $0 != "@" })
            if account.email == ServiceAccount.email(name, project: project) {
                stored.items.append(.init(resource: Self.resource(name, account.displayName, account.description)))
            } else {
                stored.leftOut.append((account.email, "it is another project's"))
            }
        }
        return stored
    }

    private static func resource(_ name: String, _ displayName: String, _ description: String) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string(name)
        resource["displayName"] = .string(displayName)
        resource["description"] = .string(description)
        return resource
    }
}
