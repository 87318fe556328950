import HTTPTypes
import Hosting
import Identity
import JSON

/// The hosted services, in both versions of Cloud Run's API: `/v2/projects/PROJECT/locations/LOCATION/services`, and
/// version 1 in the shape of Knative. Which services there are, the settings say: nothing makes or deletes one here.
struct RunRoutes: Sendable {
    let services: @Sendable () -> [CloudService]
    let identities: Identities
    let cloud: CloudRoutes
    let project: CloudProject

    private static let second = "/v2/projects/{project}/locations/{location}/services"
    private static let first = "/v1/projects/{project}/locations/{location}/services"
    private static let knative = "/apis/serving.knative.dev/v1/namespaces/{project}/services"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.second) { call in
                try project.check(call)
                let page = try call.page(services()) { $0.name }
                let location = CloudProject.location(call)
                return call.answer(
                    page.resource(
                        "services", page.things.map { .object($0.resource(project: project, location: location)) }))
            },
            cloud.route(.read, .get, "\(Self.second)/{service}") { call in
                call.answer(try service(call).resource(project: project, location: CloudProject.location(call)))
            },
        ] + [Self.first, Self.knative].flatMap(knativeRoutes) + policy(Self.second) + policy(Self.first)
    }

    private func knativeRoutes(_ path: String) -> [Route] {
        [
            cloud.route(.read, .get, path) { call in
                try project.check(call)
                let page = try call.page(services(), size: "limit", token: "continue") { $0.name }
                var metadata = JSONObject()
                metadata.setText("continue", page.next)
                var answer: JSONObject = [
                    "apiVersion": "serving.knative.dev/v1", "kind": "ServiceList", "metadata": .object(metadata),
                ]
                answer.setList("items", page.things.map { .object(knative($0, call)) })
                return call.answer(answer)
            },
            cloud.route(.read, .get, "\(path)/{service}") { call in
                call.answer(knative(try service(call), call))
            },
        ]
    }

    private func knative(_ service: CloudService, _ call: CloudCall) -> JSONObject {
        service.knativeResource(project: project, location: CloudProject.location(call))
    }

    private func policy(_ path: String) -> [Route] {
        PolicyRoutes(
            identities: identities, cloud: cloud, path: "\(path)/{service}", getMethod: .get,
            auditName: "run.services.setIamPolicy"
        ) { call throws(CloudProblem) in .service(try service(call).name) }.routes
    }

    private func service(_ call: CloudCall) throws(CloudProblem) -> CloudService {
        try project.check(call)
        let (name, all) = (call.parameter("service"), services())
        guard let service = all.first(where: { $0.name == name }) else {
            throw CloudProblem(
                .notFound, "notFound",
                "There is no service \(name); there are: \(all.map(\.name).joined(separator: ", ")).")
        }
        return service
    }
}
