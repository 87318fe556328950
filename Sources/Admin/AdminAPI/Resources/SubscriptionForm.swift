import AdminModel
import JSON
import PubSub

/// Subscriptions, in the members that `pubsub subscriptions describe` shows, with the ids of topics for their names.
struct SubscriptionForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(only: SubscriptionReading.creatable + ["detached"])
        let body = PubSubBody(declared)
        let planned = try parts.pubsub.plannedSubscription(try body.subscription())
        return try resource(planned, detached: try body.flag("detached") ?? false)
    }

    func all() throws -> StoredResources {
        var stored = StoredResources()
        for subscription in parts.pubsub.subscriptions() {
            if parts.pubsub.hasTopic(subscription) {
                stored.items.append(.init(resource: try resource(subscription, detached: subscription.detached)))
            } else {
                stored.leftOut.append((subscription.id, "its topic was deleted"))
            }
        }
        return stored
    }

    private func resource(_ subscription: Subscription, detached: Bool) throws -> JSONObject {
        let info = SubscriptionInfo(
            subscription, names: parts.pubsub.names, hasTopic: true,
            status: SubscriptionStatus(
                backlog: nil, outstanding: 0, oldestUnackedTime: nil, pushWindow: nil, lastPushFailure: nil))
        var resource = try JSONValue(parsing: try ModelJSON.bytes(of: info)).object ?? JSONObject()
        resource["createTime"] = nil
        resource["status"] = nil
        resource["name"] = .string(subscription.id)
        resource["topic"] = .string(subscription.topic)
        resource["labels"] = .object(subscription.labels.json)
        resource["detached"] = .boolean(detached)
        if let policy = subscription.deadLetterPolicy, var part = resource["deadLetterPolicy"]?.object {
            part["deadLetterTopic"] = .string(policy.deadLetterTopic)
            resource["deadLetterPolicy"] = .object(part)
        }
        return resource
    }
}
