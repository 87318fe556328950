import HTTPTypes
import Hosting
import JSON

/// Which of Google's APIs are to be had here: Service Usage. All of them always are; there is nothing to enable, but
/// clients do it all the same.
struct ServiceUsageRoutes: Sendable {
    let cloud: CloudRoutes
    let project: CloudProject

    /// The APIs that Trivet has routes of.
    static let apis: [(name: String, title: String)] = [
        ("appengine.googleapis.com", "App Engine Admin API"),
        ("cloudresourcemanager.googleapis.com", "Cloud Resource Manager API"),
        ("cloudscheduler.googleapis.com", "Cloud Scheduler API"),
        ("datastore.googleapis.com", "Cloud Datastore API"),
        ("firestore.googleapis.com", "Cloud Firestore API"),
        ("iam.googleapis.com", "Identity and Access Management (IAM) API"),
        ("iamcredentials.googleapis.com", "IAM Service Account Credentials API"),
        ("logging.googleapis.com", "Cloud Logging API"),
        ("pubsub.googleapis.com", "Cloud Pub/Sub API"),
        ("run.googleapis.com", "Cloud Run Admin API"),
        ("serviceusage.googleapis.com", "Service Usage API"),
        ("storage.googleapis.com", "Cloud Storage API"),
    ]

    private static let path = "/v1/projects/{project}/services"
    /// Google's name for an operation that had nothing to do.
    private static let done = "noop.DONE_OPERATION"
    private static let types = "type.googleapis.com/google.api.serviceusage.v1."

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.path) { call in try list(call) },
            cloud.route(.read, .get, "\(Self.path):batchGet") { call in
                try project.check(call)
                let names = call.request.query.all("names")
                guard !names.isEmpty else { throw CloudProblem.required("names") }
                var answer = JSONObject()
                answer["services"] = .array(try names.map { .object(resource(try api(Self.last($0)))) })
                return call.answer(answer)
            },
            cloud.route(.administer("serviceusage.services.enable"), .post, "\(Self.path):batchEnable") { call in
                try project.check(call)
                let names = try await call.body().cloudTexts("serviceIds")
                guard !names.isEmpty else { throw CloudProblem.required("serviceIds") }
                let services = try names.map { JSONValue.object(resource(try api($0))) }
                return call.answer(operation("BatchEnableServicesResponse", ["services": .array(services)]))
            },
            cloud.route(.read, .get, "\(Self.path)/{api}") { call in
                try project.check(call)
                return call.answer(resource(try api(call.parameter("api"))))
            },
            cloud.route(.administer("serviceusage.services.enable"), .post, "\(Self.path)/{api}:enable") { call in
                try project.check(call)
                let service = resource(try api(call.parameter("api")))
                return call.answer(operation("EnableServiceResponse", ["service": .object(service)]))
            },
            cloud.route(.administer("serviceusage.services.disable"), .post, "\(Self.path)/{api}:disable") { call in
                try project.check(call)
                _ = try api(call.parameter("api"))
                throw CloudProblem.notOffered("to disable an API: all of them are always there")
            },
            cloud.route(.read, .get, "/v1/operations/{operation}") { call in
                guard call.parameter("operation") == Self.done else {
                    throw CloudProblem(.notFound, "notFound", "There is no operation \(call.parameter("operation")).")
                }
                return call.answer(["name": .string("operations/\(Self.done)"), "done": true])
            },
        ]
    }

    private func list(_ call: CloudCall) throws -> HostedResponse {
        try project.check(call)
        var all = Self.apis
        switch call.query("filter") {
        case nil, "state:ENABLED": break
        case "state:DISABLED": all = []
        case .some(let filter):
            throw CloudProblem.invalid("Invalid filter \(filter): it is state:ENABLED or state:DISABLED.")
        }
        let page = try call.page(all) { $0.name }
        return call.answer(page.resource("services", page.things.map { .object(resource($0)) }))
    }

    private func api(_ name: String) throws(CloudProblem) -> (name: String, title: String) {
        guard let api = Self.apis.first(where: { $0.name == name }) else {
            throw CloudProblem(.notFound, "notFound", "Trivet has nothing of the API \(name).")
        }
        return api
    }

    private static func last(_ name: String) -> String {
        String(name.split(separator: "/").last ?? "")
    }

    private func resource(_ api: (name: String, title: String)) -> JSONObject {
        let parent = "projects/\(project.number)"
        return [
            "name": .string("\(parent)/services/\(api.name)"), "parent": .string(parent), "state": "ENABLED",
            "config": ["name": .string(api.name), "title": .string(api.title)],
        ]
    }

    private func operation(_ type: String, _ response: JSONObject) -> JSONObject {
        var response = response
        response["@type"] = .string(Self.types + type)
        return ["name": .string("operations/\(Self.done)"), "done": true, "response": .object(response)]
    }
}
