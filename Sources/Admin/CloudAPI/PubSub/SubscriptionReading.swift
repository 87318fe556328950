import JSON
import PubSub

/// Subscriptions from their resources. What is left out has its default.
enum SubscriptionReading {
    /// What can change when the subscription is made.
    static let changeable = [
        "ackDeadlineSeconds", "deadLetterPolicy", "enableExactlyOnceDelivery", "expirationPolicy", "labels",
        "messageRetentionDuration", "pushConfig", "retainAckedMessages", "retryPolicy",
    ]
    /// All fields of a subscription: those that cannot be had are refused, those that only tell of it are passed over.
    static let known =
        changeable + [
            "name", "topic", "filter", "enableMessageOrdering", "detached", "state", "topicMessageRetentionDuration",
            "analyticsHubSubscriptionInfo", "bigqueryConfig", "bigtableConfig", "cloudStorageConfig",
            "messageTransforms", "tags",
        ]

    /// The subscription that is to be made.
    static func subscription(_ name: String, _ resource: JSONObject) throws(CloudProblem) -> Subscription {
        let body = try CloudBody(resource, known: known)
        var subscription = Subscription(id: name, topic: try body.required("topic"))
        subscription.filter = try body.text("filter") ?? ""
        subscription.enableMessageOrdering = try body.flag("enableMessageOrdering") ?? false
        try change(&subscription, body)
        return subscription
    }

    /// Makes the fields that can change what the whole resource says.
    static func change(_ subscription: inout Subscription, _ resource: JSONObject) throws(CloudProblem) {
        try change(&subscription, try CloudBody(resource, known: known))
    }

    private static func change(_ subscription: inout Subscription, _ body: CloudBody) throws(CloudProblem) {
        try body.refuse([
            ("enableExactlyOnceDelivery", "exactly-once delivery; a message's id tells whether it came before"),
            ("bigqueryConfig", "BigQuery subscriptions"), ("bigtableConfig", "Bigtable subscriptions"),
            ("cloudStorageConfig", "Cloud Storage subscriptions"), ("messageTransforms", "message transforms"),
            ("tags", "tags"),
        ])
        let defaults = Subscription(id: subscription.id, topic: subscription.topic)
        // 0 is how a client writes what was not set.
        let seconds = try body.integer("ackDeadlineSeconds") ?? 0
        subscription.ackDeadlineSeconds = seconds == 0 ? defaults.ackDeadlineSeconds : seconds
        subscription.retainAckedMessages = try body.flag("retainAckedMessages") ?? false
        subscription.messageRetentionDuration =
            try body.duration("messageRetentionDuration") ?? defaults.messageRetentionDuration
        subscription.expirationTTL = try body.part("expirationPolicy", known: ["ttl"])?.duration("ttl")
        subscription.labels = try body.attributes("labels")
        subscription.pushConfig = try pushConfig(body)
        subscription.retryPolicy = try retryPolicy(body)
        subscription.deadLetterPolicy = try deadLetterPolicy(body)
    }

    /// Where messages are pushed to; without an endpoint they are pulled.
    static func pushConfig(_ body: CloudBody) throws(CloudProblem) -> PushConfig? {
        let known = ["pushEndpoint", "attributes", "oidcToken", "pubsubWrapper", "noWrapper"]
        guard let part = try body.part("pushConfig", known: known),
            let endpoint = try part.text("pushEndpoint"), !endpoint.isEmpty
        else { return nil }
        var config = PushConfig(pushEndpoint: endpoint, attributes: try part.attributes("attributes"))
        if let token = try part.part("oidcToken", known: ["serviceAccountEmail", "audience"]) {
            let audience = try token.text("audience") ?? ""
            config.oidcToken = .init(
                serviceAccountEmail: try token.required("serviceAccountEmail"),
                audience: audience.isEmpty ? nil : audience)
        }
        // The wrapper is what there is without either.
        _ = try part.part("pubsubWrapper", known: [])
        if let unwrapped = try part.part("noWrapper", known: ["writeMetadata"]) {
            config.noWrapper = .init(writeMetadata: try unwrapped.flag("writeMetadata") ?? false)
        }
        return config
    }

    private static func retryPolicy(_ body: CloudBody) throws(CloudProblem) -> RetryPolicy? {
        guard let part = try body.part("retryPolicy", known: ["minimumBackoff", "maximumBackoff"]) else { return nil }
        var policy = RetryPolicy()
        policy.minimumBackoff = try part.duration("minimumBackoff") ?? policy.minimumBackoff
        policy.maximumBackoff = try part.duration("maximumBackoff") ?? policy.maximumBackoff
        return policy
    }

    private static func deadLetterPolicy(_ body: CloudBody) throws(CloudProblem) -> DeadLetterPolicy? {
        let known = ["deadLetterTopic", "maxDeliveryAttempts"]
        guard let part = try body.part("deadLetterPolicy", known: known) else { return nil }
        let attempts = try part.integer("maxDeliveryAttempts") ?? 0
        // An empty one is none.
        guard attempts != 0 || part.value("deadLetterTopic") != nil else { return nil }
        let topic = try part.required("deadLetterTopic")
        return attempts == 0
            ? DeadLetterPolicy(deadLetterTopic: topic)
            : DeadLetterPolicy(deadLetterTopic: topic, maxDeliveryAttempts: attempts)
    }
}
