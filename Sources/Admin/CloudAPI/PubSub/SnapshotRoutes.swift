import HTTPTypes
import Hosting
import JSON
import PubSub

/// Snapshots and schemas, which Trivet does not have: their lists are empty, all else says so.
struct SnapshotRoutes: Sendable {
    let pubsub: PubSub
    let cloud: CloudRoutes

    private static let snapshots = "/v1/projects/{project}/snapshots"
    private static let schemas = "/v1/projects/{project}/schemas"

    var routes: [Route] {
        [
            cloud.route(.read, .get, Self.snapshots) { call in try empty(call) },
            cloud.route(.read, .get, Self.schemas) { call in try empty(call) },
            cloud.route(.read, .get, "\(TopicRoutes.one)/snapshots") { call in
                _ = try pubsub.topic(call.topic)
                return call.answer(JSONObject())
            },
            refusal(.post, Self.schemas, "schemas"), refusal(.post, "\(Self.schemas):validate", "schemas"),
            refusal(.post, "\(Self.schemas):validateMessage", "schemas"),
        ]
            + [HTTPRequest.Method.get, .put, .patch, .delete, .post].flatMap { method in
                // Behind the names come verbs too, such as `:commit`.
                [
                    refusal(method, "\(Self.snapshots)/{snapshot}", "snapshots; a subscription can seek to a time"),
                    refusal(method, "\(Self.schemas)/{schema}", "schemas"),
                ]
            }
    }

    private func empty(_ call: CloudCall) throws -> HostedResponse {
        try pubsub.names.require(project: call.parameter("project"))
        return call.answer(JSONObject())
    }

    private func refusal(_ method: HTTPRequest.Method, _ path: String, _ what: String) -> Route {
        cloud.route(.read, method, path) { _ in throw CloudProblem.notOffered(what) }
    }
}
