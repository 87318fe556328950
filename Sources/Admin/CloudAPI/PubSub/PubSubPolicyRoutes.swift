import HTTPTypes
import Hosting
import JSON
import PubSub

/// Who may what with a topic or subscription. Roles are bound on the project alone, so each one's own policy is empty.
struct PubSubPolicyRoutes: Sendable {
    let pubsub: PubSub
    let cloud: CloudRoutes

    var routes: [Route] {
        routes(TopicRoutes.one, "topics") { call in _ = try pubsub.topic(call.topic) }
            + routes(SubscriptionRoutes.one, "subscriptions") { call in
                _ = try pubsub.subscription(call.subscription)
            }
    }

    private func routes(
        _ path: String, _ collection: String, check: @escaping @Sendable (CloudCall) throws -> Void
    ) -> [Route] {
        [
            cloud.route(.read, .get, "\(path):getIamPolicy") { call in
                try check(call)
                return call.answer(Self.empty)
            },
            cloud.route(.administer("pubsub.\(collection).setIamPolicy"), .post, "\(path):setIamPolicy") { call in
                try check(call)
                let body = try CloudBody(try await call.body(), known: ["policy", "updateMask"])
                let known = ["version", "etag", "bindings", "auditConfigs"]
                try body.part("policy", known: known)?.refuse([
                    ("bindings", "policies of \(collection); bind the role on the project"),
                    ("auditConfigs", "audit settings in policies"),
                ])
                return call.answer(Self.empty)
            },
            cloud.route(.read, .post, "\(path):testIamPermissions") { call in
                let body = try CloudBody(try await call.body(), known: ["permissions"])
                let asked = try body.texts("permissions")
                for permission in asked { try Self.check(permission, collection) }
                let granted = try await cloud.granted(asked, call)
                var answer = JSONObject()
                if !granted.isEmpty { answer["permissions"] = .array(granted.map { .string($0) }) }
                return call.answer(answer)
            },
        ]
    }

    private static let empty: JSONObject = {
        var policy = JSONObject()
        // The state of one that was never set.
        policy["etag"] = .string(Base64.encode([0]))
        policy["version"] = 1
        return policy
    }()

    private static func check(_ permission: String, _ collection: String) throws(CloudProblem) {
        guard permission.hasPrefix("pubsub.\(collection)."), !permission.contains("*") else {
            throw .invalid(
                "\(permission.debugDescription) is not a permission on \(collection).", field: "permissions")
        }
    }
}
