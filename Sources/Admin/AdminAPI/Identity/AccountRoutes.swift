import AdminModel
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import Settings

/// Service accounts.
struct AccountRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.serviceAccounts) { _ in
                .model(ServiceAccountList(accounts: parts.identities.accounts.map { ServiceAccountInfo($0) }))
            },
            write(.post, AdminPath.serviceAccounts) { call in
                let body = try await call.body(allowed: ["accountId", "displayName", "description"])
                let name = try body.requiredText("accountId")
                let account = try await parts.identities.createAccount(
                    name, displayName: try body.optionalText("displayName") ?? "",
                    description: try body.optionalText("description") ?? "")
                return .model(ServiceAccountInfo(account))
            },
            read("\(AdminPath.serviceAccounts)/{email}") { call in
                let email = email(call)
                guard let account = parts.identities.account(email) else {
                    throw AdminProblem.notFound("there is no account \(email)")
                }
                return .model(ServiceAccountInfo(account))
            },
            write(.patch, "\(AdminPath.serviceAccounts)/{email}") { call in
                // A merge patch: what is not named stays, null is an empty text.
                let body = try await call.body(allowed: ["displayName", "description"])
                let account = try await parts.identities.updateAccount(
                    email(call),
                    displayName: body["displayName"] == nil ? nil : try body.optionalText("displayName") ?? "",
                    description: body["description"] == nil ? nil : try body.optionalText("description") ?? "")
                return .model(ServiceAccountInfo(account))
            },
            write(.delete, "\(AdminPath.serviceAccounts)/{email}") { call in
                try await parts.identities.deleteAccount(email(call))
                return .json(.object(JSONObject()))
            },
        ]
    }

    private func email(_ call: AdminCall) -> String {
        parts.settings.settings.accountEmail(call.parameter("email"))
    }
}

extension ServiceAccountInfo {
    init(_ account: ServiceAccount) {
        self.init(
            email: account.email, uniqueId: account.uniqueID, displayName: account.displayName,
            description: account.description.isEmpty ? nil : account.description,
            createTime: account.createTime.fixedText)
    }
}

extension JSONObject {
    /// A text, or nil where the member is absent or null.
    func optionalText(_ name: String) throws(AdminProblem) -> String? {
        guard let value = self[name], value != .null else { return nil }
        guard let text = value.string else { throw .invalid("\(name) is \(value.typeName), not a string") }
        return text
    }

    /// A text that has to be there.
    func requiredText(_ name: String) throws(AdminProblem) -> String {
        guard let text = try optionalText(name) else { throw .invalid("\(name) is missing") }
        return text
    }
}
