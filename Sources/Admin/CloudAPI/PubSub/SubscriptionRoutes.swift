import HTTPTypes
import Hosting
import JSON
import PubSub

/// Subscriptions: `/v1/projects/PROJECT/subscriptions`.
struct SubscriptionRoutes: Sendable {
    let pubsub: PubSub
    let cloud: CloudRoutes

    static let collection = "/v1/projects/{project}/subscriptions"
    static let one = "\(collection)/{subscription}"

    var routes: [Route] {
        [
            cloud.route(.administer("pubsub.subscriptions.create"), .put, Self.one) { call in
                let wish = try SubscriptionReading.subscription(call.subscription, try await call.body())
                return call.answer(resource(try await pubsub.createSubscription(wish)))
            },
            cloud.route(.read, .get, Self.collection) { call in try list(call) },
            cloud.route(.read, .get, Self.one) { call in
                call.answer(resource(try pubsub.subscription(call.subscription)))
            },
            cloud.route(.administer("pubsub.subscriptions.update"), .patch, Self.one) { call in
                try await update(call)
            },
            cloud.route(.administer("pubsub.subscriptions.delete"), .delete, Self.one) { call in
                try await pubsub.deleteSubscription(call.subscription)
                return call.answer(JSONObject())
            },
            cloud.route(.administer("pubsub.subscriptions.detach"), .post, "\(Self.one):detach") { call in
                try await pubsub.detach(call.subscription)
                return call.answer(JSONObject())
            },
            cloud.route(
                .administer("pubsub.subscriptions.modifyPushConfig"), .post, "\(Self.one):modifyPushConfig"
            ) { call in
                let body = try CloudBody(try await call.body(), known: ["pushConfig"])
                let config = try SubscriptionReading.pushConfig(body)
                try await pubsub.updateSubscription(call.subscription) { $0.pushConfig = config }
                return call.answer(JSONObject())
            },
            cloud.route(.administer("pubsub.subscriptions.seek"), .post, "\(Self.one):seek") { call in
                let body = try CloudBody(try await call.body(), known: ["time", "snapshot"])
                try body.refuse([("snapshot", "snapshots; it offers seeking to a time")])
                guard let time = try body.time("time") else {
                    throw CloudProblem.invalid("The field time is required.", field: "time")
                }
                try await pubsub.seek(call.subscription, to: time)
                return call.answer(JSONObject())
            },
        ]
    }

    private func resource(_ subscription: Subscription) -> JSONObject {
        let hasTopic = pubsub.hasTopic(subscription)
        let topic = hasTopic ? try? pubsub.topic(subscription.topic) : nil
        return subscription.resource(pubsub.names, topic: topic)
    }

    private func list(_ call: CloudCall) throws -> HostedResponse {
        try pubsub.names.require(project: call.parameter("project"))
        let page = try call.page(pubsub.subscriptions(), by: \.id)
        return call.answer(page.resource("subscriptions", page.things.map { .object(resource($0)) }))
    }

    private func update(_ call: CloudCall) async throws -> HostedResponse {
        let (given, mask) = try await call.change(
            of: "subscription", changeable: SubscriptionReading.changeable, constant: SubscriptionReading.known)
        let changed = try await pubsub.updateSubscription(call.subscription) { [names = pubsub.names] subscription in
            let merged = mask.merge(given, into: subscription.resource(names, topic: nil))
            try SubscriptionReading.change(&subscription, merged)
        }
        return call.answer(resource(changed))
    }
}
