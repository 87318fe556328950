import HTTPTypes
import Hosting
import JSON

/// The locations of the project's resources: `/v1/projects/P/locations`.
struct LocationRoutes: Sendable {
    let project: CloudProject
    let cloud: CloudRoutes

    private static let path = "/v1/projects/{project}/locations"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.path) { call in
                try project.check(call)
                var answer = JSONObject()
                answer["locations"] = [.object(resource(CloudProject.location))]
                return call.answer(answer)
            },
            cloud.route(.read, .get, "\(Self.path)/{location}") { call in
                try project.check(call)
                return call.answer(resource(CloudProject.location(call)))
            },
        ]
    }

    private func resource(_ location: String) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string("projects/\(project.id)/locations/\(location)")
        resource["locationId"] = .string(location)
        resource["labels"] = ["cloud.googleapis.com/region": .string(location)]
        return resource
    }
}
