import JSON
import PubSub
import Settings

extension Subscription {
    /// The subscription in Google's form.
    ///
    /// - Parameters:
    ///   - names: how it and its topic are called in full.
    ///   - topic: its topic, when that is still there.
    func resource(_ names: ResourceName, topic: Topic?) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string(names.full(.subscriptions, id))
        resource["topic"] = .string(topic.map { names.full(.topics, $0.id) } ?? ResourceName.deletedTopic)
        resource["topicMessageRetentionDuration"] = topic?.messageRetentionDuration.map { .string($0.secondsText) }
        // Empty where messages are pulled, and where it never expires.
        resource["pushConfig"] = .object(pushConfig?.resource ?? JSONObject())
        var expiration = JSONObject()
        expiration["ttl"] = expirationTTL.map { .string($0.secondsText) }
        resource["expirationPolicy"] = .object(expiration)
        resource["ackDeadlineSeconds"] = .integer(Int64(ackDeadlineSeconds))
        resource["messageRetentionDuration"] = .string(messageRetentionDuration.secondsText)
        if retainAckedMessages { resource["retainAckedMessages"] = true }
        if !labels.isEmpty { resource["labels"] = .object(labels.json) }
        if !filter.isEmpty { resource["filter"] = .string(filter) }
        if enableMessageOrdering { resource["enableMessageOrdering"] = true }
        if detached { resource["detached"] = true }
        if let policy = retryPolicy {
            resource["retryPolicy"] = [
                "minimumBackoff": .string(policy.minimumBackoff.secondsText),
                "maximumBackoff": .string(policy.maximumBackoff.secondsText),
            ]
        }
        if let policy = deadLetterPolicy {
            resource["deadLetterPolicy"] = [
                "deadLetterTopic": .string(names.full(.topics, policy.deadLetterTopic)),
                "maxDeliveryAttempts": .integer(Int64(policy.maxDeliveryAttempts)),
            ]
        }
        resource["state"] = "ACTIVE"
        return resource
    }
}

extension PushConfig {
    fileprivate var resource: JSONObject {
        var resource = JSONObject()
        resource["pushEndpoint"] = .string(pushEndpoint)
        if !attributes.isEmpty { resource["attributes"] = .object(attributes.json) }
        if let oidcToken {
            var token = JSONObject()
            token["serviceAccountEmail"] = .string(oidcToken.serviceAccountEmail)
            token["audience"] = oidcToken.audience.map { .string($0) }
            resource["oidcToken"] = .object(token)
        }
        if let noWrapper { resource["noWrapper"] = ["writeMetadata": .boolean(noWrapper.writeMetadata)] }
        return resource
    }
}
