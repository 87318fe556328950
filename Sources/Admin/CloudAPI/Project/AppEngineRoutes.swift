import HTTPTypes
import Hosting
import JSON

/// Where the project is: clients of Cloud Scheduler and of Datastore that were told no location ask App Engine.
struct AppEngineRoutes: Sendable {
    let cloud: CloudRoutes
    let project: CloudProject

    private static let path = "/v1/apps/{project}"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.path) { call in
                try project.check(call)
                return call.answer([
                    "name": .string("apps/\(project.id)"), "id": .string(project.id),
                    "locationId": .string(CloudProject.location), "servingStatus": "SERVING",
                    "databaseType": "CLOUD_DATASTORE_COMPATIBILITY",
                ])
            },
            cloud.route(.read, .get, "\(Self.path)/locations") { call in
                try project.check(call)
                let page = try call.page([CloudProject.location]) { $0 }
                return call.answer(page.resource("locations", page.things.map { .object(resource($0)) }))
            },
            cloud.route(.read, .get, "\(Self.path)/locations/{location}") { call in
                try project.check(call)
                return call.answer(resource(call.parameter("location")))
            },
        ]
    }

    private func resource(_ location: String) -> JSONObject {
        [
            "name": .string("apps/\(project.id)/locations/\(location)"), "locationId": .string(location),
            "labels": ["cloud.googleapis.com/region": .string(location)],
        ]
    }
}
