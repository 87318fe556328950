import HTTPTypes
import Hosting
import Identity
import JSON

/// The project in Resource Manager's API, versions 1 and 3: what it is, and who may do what in it.
struct ProjectRoutes: Sendable {
    let identities: Identities
    let cloud: CloudRoutes
    let project: CloudProject

    var routes: [Route] {
        [
            cloud.route(.read, .get, "/v1/projects") { call in try list(call, filter: "filter", first) },
            cloud.route(.read, .get, "/v1/projects/{project}") { call in
                try project.check(call)
                return call.answer(first)
            },
            cloud.route(.read, .get, "/v3/projects:search") { call in try list(call, filter: "query", third) },
            cloud.route(.read, .get, "/v3/projects/{project}") { call in
                try project.check(call)
                return call.answer(third)
            },
        ]
            + ["v1", "v3"].flatMap { version in
                PolicyRoutes(
                    identities: identities, cloud: cloud, path: "/\(version)/projects/{project}", getMethod: .post,
                    auditName: "resourcemanager.projects.setIamPolicy"
                ) { call throws(CloudProblem) in
                    try project.check(call)
                    return .project
                }.routes
            }
    }

    private var first: JSONObject {
        [
            "projectNumber": .string(String(project.number)), "projectId": .string(project.id),
            "name": .string(project.id), "lifecycleState": "ACTIVE",
        ]
    }

    private var third: JSONObject {
        [
            "name": .string("projects/\(project.number)"), "projectId": .string(project.id),
            "displayName": .string(project.id), "state": "ACTIVE",
        ]
    }

    private func list(_ call: CloudCall, filter: String, _ resource: JSONObject) throws -> HostedResponse {
        let filter = try ProjectFilter(call.query(filter) ?? "")
        let page = try call.page(filter.matches(resource) ? [resource] : []) { _ in project.id }
        return call.answer(page.resource("projects", page.things.map { .object($0) }))
    }
}
