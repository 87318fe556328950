import Datastore

// Topics and subscriptions as entities, keyed by their ids.
extension TopicRecord {
    var entity: Entity {
        var properties: Properties = [
            "log": .integer(log), "revision": .integer(revision), "createTime": .timestamp(topic.createTime),
        ]
        properties.set("labels", topic.labels)
        properties["messageRetentionMicroseconds"] = topic.messageRetentionDuration.map { .integer($0.microseconds) }
        return Entity(key: Keys.topic(topic.id), properties: properties)
    }

    /// Nil when the entity is no topic, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let id = entity.key.name, let log = entity["log"]?.integer, let created = entity["createTime"]?.timestamp
        else { return nil }
        let retention = entity["messageRetentionMicroseconds"]?.integer
        self.init(
            topic: Topic(
                id: id, messageRetentionDuration: retention.map { .microseconds($0) },
                labels: entity.attributes("labels"), createTime: created),
            log: log, revision: entity["revision"]?.integer ?? 1)
    }
}

extension SubscriptionRecord {
    var entity: Entity {
        let subscription = subscription
        var properties: Properties = [
            "queue": .integer(queue), "log": .integer(log), "revision": .integer(revision), "seeks": .integer(seeks),
            "topic": .string(subscription.topic), "createTime": .timestamp(subscription.createTime),
            "ackDeadlineSeconds": .integer(Int64(subscription.ackDeadlineSeconds)),
            "retainAckedMessages": .boolean(subscription.retainAckedMessages),
            "messageRetentionMicroseconds": .integer(subscription.messageRetentionDuration.microseconds),
            "filter": .string(subscription.filter),
            "enableMessageOrdering": .boolean(subscription.enableMessageOrdering),
            "detached": .boolean(subscription.detached),
        ]
        properties.set("labels", subscription.labels)
        properties["expirationMicroseconds"] = subscription.expirationTTL.map { .integer($0.microseconds) }
        if let policy = subscription.retryPolicy {
            properties["minimumBackoffMicroseconds"] = .integer(policy.minimumBackoff.microseconds)
            properties["maximumBackoffMicroseconds"] = .integer(policy.maximumBackoff.microseconds)
        }
        if let policy = subscription.deadLetterPolicy {
            properties["deadLetterTopic"] = .string(policy.deadLetterTopic)
            properties["maxDeliveryAttempts"] = .integer(Int64(policy.maxDeliveryAttempts))
        }
        if let push = subscription.pushConfig {
            properties["pushEndpoint"] = .string(push.pushEndpoint, excludeFromIndexes: true)
            properties["pushAccount"] = push.oidcToken.map { .string($0.serviceAccountEmail) }
            properties["pushAudience"] = push.oidcToken?.audience.map { .string($0, excludeFromIndexes: true) }
            properties["pushUnwrapped"] = push.noWrapper.map { .boolean($0.writeMetadata) }
            properties.set("pushAttributes", push.attributes)
        }
        return Entity(key: Keys.subscription(subscription.id), properties: properties)
    }

    /// Nil when the entity is no subscription, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let id = entity.key.name, let topic = entity["topic"]?.string, let queue = entity["queue"]?.integer,
            let log = entity["log"]?.integer
        else { return nil }
        var subscription = Subscription(id: id, topic: topic)
        subscription.createTime = entity["createTime"]?.timestamp ?? subscription.createTime
        subscription.ackDeadlineSeconds = Int(clamping: entity["ackDeadlineSeconds"]?.integer ?? 10)
        subscription.retainAckedMessages = entity["retainAckedMessages"]?.boolean ?? false
        let retention = entity["messageRetentionMicroseconds"]?.integer
        subscription.messageRetentionDuration = retention.map { .microseconds($0) } ?? Subscription.defaultRetention
        subscription.filter = entity["filter"]?.string ?? ""
        subscription.enableMessageOrdering = entity["enableMessageOrdering"]?.boolean ?? false
        subscription.labels = entity.attributes("labels")
        subscription.detached = entity["detached"]?.boolean ?? false
        let ttl = entity["expirationMicroseconds"]?.integer
        subscription.expirationTTL = ttl.map { .microseconds($0) }
        subscription.retryPolicy = Self.retryPolicy(entity)
        subscription.deadLetterPolicy = Self.deadLetterPolicy(entity)
        subscription.pushConfig = Self.pushConfig(entity)
        self.init(
            subscription: subscription, queue: queue, log: log, revision: entity["revision"]?.integer ?? 1,
            seeks: entity["seeks"]?.integer ?? 0)
    }

    private static func retryPolicy(_ entity: Entity) -> RetryPolicy? {
        guard let least = entity["minimumBackoffMicroseconds"]?.integer,
            let most = entity["maximumBackoffMicroseconds"]?.integer
        else { return nil }
        return RetryPolicy(minimumBackoff: .microseconds(least), maximumBackoff: .microseconds(most))
    }

    private static func deadLetterPolicy(_ entity: Entity) -> DeadLetterPolicy? {
        guard let topic = entity["deadLetterTopic"]?.string, let attempts = entity["maxDeliveryAttempts"]?.integer
        else { return nil }
        return DeadLetterPolicy(deadLetterTopic: topic, maxDeliveryAttempts: Int(clamping: attempts))
    }

    private static func pushConfig(_ entity: Entity) -> PushConfig? {
        guard let endpoint = entity["pushEndpoint"]?.string else { return nil }
        var token: PushConfig.OIDCToken?
        if let account = entity["pushAccount"]?.string {
            token = PushConfig.OIDCToken(
                serviceAccountEmail: account, audience: entity["pushAudience"]?.string)
        }
        let unwrapped = entity["pushUnwrapped"]?.boolean
        return PushConfig(
            pushEndpoint: endpoint, oidcToken: token,
            noWrapper: unwrapped.map { PushConfig.NoWrapper(writeMetadata: $0) },
            attributes: entity.attributes("pushAttributes"))
    }
}

extension Properties {
    /// Sets names and values, if there are any.
    fileprivate mutating func set(_ name: String, _ attributes: Attributes) {
        guard !attributes.isEmpty else { return }
        self[name] = .entity(EmbeddedEntity(properties: attributes.properties), excludeFromIndexes: true)
    }
}

extension Entity {
    fileprivate func attributes(_ name: String) -> Attributes {
        Attributes(self[name]?.entity?.properties ?? Properties())
    }
}

extension Duration {
    /// Whole microseconds, held within int64.
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        return scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000).partialValue
    }
}
