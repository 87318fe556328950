import HTTPTypes
import Hosting
import Identity
import JSON

/// The roles that there are: `/v1/roles`.
struct RoleRoutes: Sendable {
    let cloud: CloudRoutes

    var routes: [Route] {
        [
            cloud.route(.read, .get, "/v1/roles") { call in
                let page = try call.page(Role.allCases) { $0.rawValue }
                return call.answer(page.resource("roles", page.things.map { .object(Self.resource($0)) }))
            },
            cloud.route(.read, .get, "/v1/roles/{role}") { call in
                guard let role = Role(rawValue: "roles/\(call.parameter("role"))") else {
                    throw CloudProblem(
                        .notFound, "notFound", "The role roles/\(call.parameter("role")) was not found.")
                }
                return call.answer(Self.resource(role))
            },
        ]
    }

    private static func resource(_ role: Role) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string(role.rawValue)
        resource["title"] = .string(role.title)
        resource["stage"] = "GA"
        return resource
    }
}
