import AdminModel
import Datastore
import JSON
import PubSub
import Settings

/// Which properties a body may have.
enum SubscriptionReading {
    static let changeable = [
        "pushConfig", "ackDeadlineSeconds", "retainAckedMessages", "messageRetentionDuration", "expirationPolicy",
        "retryPolicy", "deadLetterPolicy", "labels",
    ]
    static let creatable = ["name", "topic", "filter", "enableMessageOrdering"] + changeable
}

// Subscriptions from bodies.
extension PubSubBody {
    /// The subscription that is to be made.
    func subscription() throws(AdminProblem) -> Subscription {
        var subscription = Subscription(id: try required("name"), topic: try required("topic"))
        subscription.filter = try text("filter") ?? ""
        subscription.enableMessageOrdering = try flag("enableMessageOrdering") ?? false
        try change(&subscription)
        return subscription
    }

    /// Changes what is given, as a merge patch does; what is null becomes the default.
    func change(_ subscription: inout Subscription) throws(AdminProblem) {
        let defaults = Subscription(id: "", topic: "")
        if has("ackDeadlineSeconds") {
            subscription.ackDeadlineSeconds = try integer("ackDeadlineSeconds") ?? defaults.ackDeadlineSeconds
        }
        if has("retainAckedMessages") {
            subscription.retainAckedMessages = try flag("retainAckedMessages") ?? defaults.retainAckedMessages
        }
        if has("messageRetentionDuration") {
            subscription.messageRetentionDuration =
                try duration("messageRetentionDuration") ?? defaults.messageRetentionDuration
        }
        if has("expirationPolicy") {
            subscription.expirationTTL = try part("expirationPolicy", allowed: ["ttl"])?.duration("ttl")
        }
        if has("labels") { subscription.labels = try labels("labels", changing: subscription.labels) }
        if has("pushConfig") { subscription.pushConfig = try pushConfig(subscription.pushConfig) }
        if has("retryPolicy") { subscription.retryPolicy = try retryPolicy(subscription.retryPolicy) }
        if has("deadLetterPolicy") {
            subscription.deadLetterPolicy = try deadLetterPolicy(subscription.deadLetterPolicy)
        }
    }

    private func pushConfig(_ old: PushConfig?) throws(AdminProblem) -> PushConfig? {
        guard let part = try part("pushConfig", allowed: ["pushEndpoint", "oidcToken", "noWrapper"]) else { return nil }
        var config = old ?? PushConfig(pushEndpoint: "")
        if part.has("pushEndpoint") { config.pushEndpoint = try part.text("pushEndpoint") ?? "" }
        // Google's clients write a pull subscription as an empty config.
        guard !config.pushEndpoint.isEmpty else { return nil }
        if part.has("oidcToken") { config.oidcToken = try part.oidcToken(config.oidcToken) }
        if part.has("noWrapper") {
            let unwrapped = try part.part("noWrapper", allowed: ["writeMetadata"])
            let writes = try unwrapped?.flag("writeMetadata") ?? false
            config.noWrapper = unwrapped.map { _ in .init(writeMetadata: writes) }
        }
        return config
    }

    private func oidcToken(_ old: PushConfig.OIDCToken?) throws(AdminProblem) -> PushConfig.OIDCToken? {
        guard let part = try part("oidcToken", allowed: ["serviceAccountEmail", "audience"]) else { return nil }
        var token = old ?? PushConfig.OIDCToken(serviceAccountEmail: "")
        if old == nil || part.has("serviceAccountEmail") {
            token.serviceAccountEmail = try part.required("serviceAccountEmail")
        }
        if part.has("audience") { token.audience = try part.text("audience") }
        return token
    }

    private func retryPolicy(_ old: RetryPolicy?) throws(AdminProblem) -> RetryPolicy? {
        guard let part = try part("retryPolicy", allowed: ["minimumBackoff", "maximumBackoff"]) else { return nil }
        let defaults = RetryPolicy()
        var policy = old ?? defaults
        let least = try part.duration("minimumBackoff")
        if part.has("maximumBackoff") {
            policy.maximumBackoff = try part.duration("maximumBackoff") ?? defaults.maximumBackoff
        }
        if part.has("minimumBackoff") { policy.minimumBackoff = least ?? defaults.minimumBackoff }
        // A longest wait below the least one that nobody chose is both.
        if least == nil { policy.minimumBackoff = min(policy.minimumBackoff, policy.maximumBackoff) }
        return policy
    }

    private func deadLetterPolicy(_ old: DeadLetterPolicy?) throws(AdminProblem) -> DeadLetterPolicy? {
        guard let part = try part("deadLetterPolicy", allowed: ["deadLetterTopic", "maxDeliveryAttempts"]) else {
            return nil
        }
        let topic = try old == nil ? part.required("deadLetterTopic") : part.text("deadLetterTopic")
        var policy = old ?? DeadLetterPolicy(deadLetterTopic: "")
        policy.deadLetterTopic = topic ?? policy.deadLetterTopic
        if part.has("maxDeliveryAttempts") {
            // Google's clients write the default as 0.
            let attempts = try part.integer("maxDeliveryAttempts") ?? 0
            policy.maxDeliveryAttempts = attempts == 0 ? 5 : attempts
        }
        return policy
    }
}

extension Attributes {
    /// For a model; nil for none.
    var dictionary: [String: String]? {
        isEmpty ? nil : Dictionary(all.map { ($0.name, $0.value) }) { first, _ in first }
    }
}

extension SubscriptionInfo {
    /// A subscription, with full names.
    init(_ subscription: Subscription, names: ResourceName, hasTopic: Bool, status: SubscriptionStatus) {
        self.init(
            name: names.full(.subscriptions, subscription.id),
            topic: hasTopic ? names.full(.topics, subscription.topic) : ResourceName.deletedTopic,
            pushConfig: subscription.pushConfig.map { config in
                PushConfigInfo(
                    pushEndpoint: config.pushEndpoint,
                    oidcToken: config.oidcToken.map {
                        .init(serviceAccountEmail: $0.serviceAccountEmail, audience: $0.audience)
                    }, noWrapper: config.noWrapper.map { .init(writeMetadata: $0.writeMetadata) })
            },
            ackDeadlineSeconds: subscription.ackDeadlineSeconds,
            retainAckedMessages: subscription.retainAckedMessages,
            messageRetentionDuration: subscription.messageRetentionDuration.secondsText,
            expirationPolicy: subscription.expirationTTL.map { ExpirationPolicyInfo(ttl: $0.secondsText) },
            retryPolicy: subscription.retryPolicy.map { policy in
                RetryPolicyInfo(
                    minimumBackoff: policy.minimumBackoff.secondsText, maximumBackoff: policy.maximumBackoff.secondsText
                )
            },
            deadLetterPolicy: subscription.deadLetterPolicy.map { policy in
                DeadLetterPolicyInfo(
                    deadLetterTopic: names.full(.topics, policy.deadLetterTopic),
                    maxDeliveryAttempts: policy.maxDeliveryAttempts)
            },
            labels: subscription.labels.dictionary, filter: subscription.filter,
            enableMessageOrdering: subscription.enableMessageOrdering,
            detached: subscription.detached, createTime: subscription.createTime.rfc3339, status: status)
    }
}
