import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON

/// Service accounts: `/v1/projects/PROJECT/serviceAccounts`, by email or number.
struct AccountRoutes: Sendable {
    let identities: Identities
    let cloud: CloudRoutes
    let project: CloudProject

    static let path = "/v1/projects/{project}/serviceAccounts"
    static let one = "\(path)/{account}"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.path) { call in try list(call) },
            cloud.route(.administer("iam.serviceAccounts.create"), .post, Self.path) { call in
                try await create(call)
            },
            cloud.route(.read, .get, Self.one) { call in call.answer(resource(try account(call))) },
            cloud.route(.administer("iam.serviceAccounts.update"), .patch, Self.one) { call in
                let body = try await call.body()
                let wish = body["serviceAccount"]?.object ?? JSONObject()
                return try await update(call, wish, fields: try Self.fields(try body.cloudText("updateMask")))
            },
            cloud.route(.administer("iam.serviceAccounts.update"), .put, Self.one) { call in
                try await update(call, try await call.body(), fields: ["displayName", "description"])
            },
            cloud.route(.administer("iam.serviceAccounts.delete"), .delete, Self.one) { call in
                try await identities.deleteAccount(try account(call).email)
                return call.answer(JSONObject())
            },
            cloud.route(.read, .get, "\(Self.one)/keys") { call in try keys(call) },
        ] + policy.routes
    }

    private var policy: PolicyRoutes {
        PolicyRoutes(
            identities: identities, cloud: cloud, path: Self.one, getMethod: .post,
            auditName: "iam.serviceAccounts.setIamPolicy"
        ) { call throws(CloudProblem) in .account(try account(call).email) }
    }

    /// The account that a path names.
    func account(_ call: CloudCall) throws(CloudProblem) -> ServiceAccount {
        try project.check(call, orAny: true)
        let name = call.parameter("account")
        guard let found = identities.account(name) ?? identities.accounts.first(where: { $0.uniqueID == name }) else {
            throw CloudProblem(.notFound, "notFound", "Unknown service account \(name).")
        }
        return found
    }

    private func resource(_ account: ServiceAccount) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string("projects/\(project.id)/serviceAccounts/\(account.email)")
        resource["projectId"] = .string(project.id)
        resource["uniqueId"] = .string(account.uniqueID)
        resource["email"] = .string(account.email)
        resource.setText("displayName", account.displayName)
        resource.setText("description", account.description)
        resource["oauth2ClientId"] = .string(account.uniqueID)
        return resource
    }

    private func list(_ call: CloudCall) throws -> HostedResponse {
        try project.check(call)
        let page = try call.page(identities.accounts) { $0.email }
        return call.answer(page.resource("accounts", page.things.map { .object(resource($0)) }))
    }

    private func create(_ call: CloudCall) async throws -> HostedResponse {
        try project.check(call)
        let body = try await call.body()
        guard let name = try body.cloudText("accountId") else { throw CloudProblem.required("accountId") }
        let wish = body["serviceAccount"]?.object ?? JSONObject()
        return call.answer(
            resource(
                try await identities.createAccount(
                    name, displayName: try wish.cloudText("displayName") ?? "",
                    description: try wish.cloudText("description") ?? "")))
    }

    /// Which fields a patch is about.
    private static func fields(_ mask: String?) throws(CloudProblem) -> [String] {
        guard let mask, !mask.isEmpty else { throw .required("updateMask") }
        var fields: [String] = []
        for name in mask.split(separator: ",") {
            switch name {
            case "displayName", "display_name": fields.append("displayName")
            case "description": fields.append("description")
            default: throw .invalid("Invalid updateMask: \(name) of an account cannot be changed.")
            }
        }
        return fields
    }

    private func update(_ call: CloudCall, _ wish: JSONObject, fields: [String]) async throws -> HostedResponse {
        func text(_ name: String) throws -> String? {
            fields.contains(name) ? try wish.cloudText(name) ?? "" : nil
        }
        return call.answer(
            resource(
                try await identities.updateAccount(
                    try account(call).email, displayName: try text("displayName"),
                    description: try text("description"))))
    }

    /// The keys that sign for the account are the daemon's own, and sign for all; nobody gets one out.
    private func keys(_ call: CloudCall) throws -> HostedResponse {
        let account = try account(call)
        let wanted = call.request.query.all("keyTypes")
        var answer = JSONObject()
        guard wanted.isEmpty || wanted.contains(where: { ["SYSTEM_MANAGED", "2"].contains($0) }) else {
            return call.answer(answer)
        }
        answer.setList(
            "keys",
            identities.signingKeys.map { key in
                [
                    "name": .string("projects/\(project.id)/serviceAccounts/\(account.email)/keys/\(key.id)"),
                    "keyAlgorithm": "KEY_ALG_RSA_2048", "keyOrigin": "GOOGLE_PROVIDED", "keyType": "SYSTEM_MANAGED",
                    "validAfterTime": .string(key.createTime.rfc3339),
                    "validBeforeTime": .string(key.retiredUntil?.rfc3339 ?? "9999-12-31T23:59:59Z"),
                ]
            })
        return call.answer(answer)
    }
}
