public import Datastore
import Logging
import Synchronization

// Topics.
extension PubSub {
    /// All topics, by id.
    public func topics() -> [Topic] {
        hub.registry.withLock { $0.topics.values.map(\.topic) }.sorted { $0.id < $1.id }
    }

    /// A topic. Throws `notFound`.
    public func topic(_ name: String) throws -> Topic { try hub.topic(name).topic }

    /// The ids of a topic's subscriptions. Throws `notFound`.
    public func subscriptions(of name: String) throws -> [String] {
        hub.subscribers(of: try hub.topic(name).log).map(\.id).sorted()
    }

    /// The topic that `createTopic` would make; nothing is done. Throws `invalidArgument`.
    public func plannedTopic(
        _ name: String, messageRetentionDuration: Duration? = nil, labels: Attributes = Attributes()
    ) throws -> Topic {
        let topic = Topic(
            id: try names.id(name, .topics), messageRetentionDuration: messageRetentionDuration, labels: labels,
            createTime: hub.clock.now())
        try topic.validate()
        return topic
    }

    /// Makes a topic. Throws `invalidArgument`, `alreadyExists`.
    @discardableResult
    public func createTopic(
        _ name: String, messageRetentionDuration: Duration? = nil, labels: Attributes = Attributes()
    ) async throws -> Topic {
        let topic = try plannedTopic(name, messageRetentionDuration: messageRetentionDuration, labels: labels)
        let id = topic.id
        guard hub.registry.withLock({ $0.topics.count }) < Self.topicLimit else {
            throw PubSubError(.resourceExhausted, "there are \(Self.topicLimit) topics already: delete some")
        }
        let record = TopicRecord(topic: topic, log: try await hub.numbers.take(1))
        try await hub.expecting(record.log) {
            try await hub.datastore.transaction { transaction in
                guard try transaction.get(Keys.topic(id)) == nil else {
                    throw PubSubError(.alreadyExists, "there is a topic \(id) already")
                }
                try transaction.put(record.entity)
            }
        }
        hub.add(record)
        return topic
    }

    /// Changes a topic. Throws `notFound`, `invalidArgument`.
    @discardableResult
    public func updateTopic(
        _ name: String, _ change: @escaping @Sendable (inout Topic) throws -> Void
    ) async throws -> Topic {
        let record = try await hub.changeTopic(try hub.topic(name).topic.id, change)
        cleaner.ring()
        return record.topic
    }

    /// Deletes a topic. Its subscriptions stay and give what they still have. Throws `notFound`.
    public func deleteTopic(_ name: String) async throws {
        let id = try names.id(name, .topics)
        let record = try await hub.essential.transaction { [now = hub.clock.now()] transaction in
            guard let record = try transaction.get(Keys.topic(id)).flatMap(TopicRecord.init) else {
                throw PubSubError.missing(.topics, id)
            }
            try transaction.delete(Keys.topic(id))
            try transaction.put(Garbage(number: record.log, log: record.log, isQueue: false, time: now).entity)
            return record
        }
        hub.remove(record)
        cleaner.ring()
    }
}

// Subscriptions.
extension PubSub {
    /// How a subscription stands.
    public struct Status: Sendable, Hashable {
        /// How many messages are not acknowledged; nil until they were counted.
        public let backlog: Int?
        /// How many of them are with a receiver now.
        public let outstanding: Int
        /// How many may be pushed at once now.
        public let pushWindow: Int
        /// The last push that failed, in this run of the daemon.
        public let lastPushFailure: PushFailure?
    }

    /// All subscriptions, by id.
    public func subscriptions() -> [Subscription] {
        hub.allSubscribers.map(\.subscription).sorted { $0.id < $1.id }
    }

    /// A subscription. Throws `notFound`.
    public func subscription(_ name: String) throws -> Subscription { try hub.subscriber(name).subscription }

    /// Whether a subscription's topic is still the one that it was made for.
    public func hasTopic(_ subscription: Subscription) -> Bool {
        hub.registry.withLock { registry in
            registry.subscribers[subscription.id].map { $0.log == registry.topics[subscription.topic]?.log } ?? false
        }
    }

    /// How a subscription stands. Throws `notFound`.
    public func status(of name: String) throws -> Status {
        try hub.subscriber(name).state.withLock { state in
            let out = state.queue.entries.values.count { if case .leased = $0.phase { true } else { false } }
            return Status(
                backlog: state.backlog, outstanding: out, pushWindow: state.flow.limit,
                lastPushFailure: state.lastFailure)
        }
    }

    /// When the oldest message was published that is not acknowledged; nil when all are. Throws `notFound`.
    public func oldestUnacknowledged(of name: String) async throws -> Timestamp? {
        try await hub.subscriber(name).oldest()
    }

    /// The subscription that `createSubscription` would make; nothing is done, and whether the topics that it names are
    /// there is not asked. Throws `invalidArgument`.
    public func plannedSubscription(_ subscription: Subscription) throws -> Subscription {
        var planned = subscription
        planned.id = try names.id(subscription.id, .subscriptions)
        planned.topic = try names.id(subscription.topic, .topics)
        planned.detached = false
        planned.createTime = hub.clock.now()
        if let policy = subscription.deadLetterPolicy {
            planned.deadLetterPolicy?.deadLetterTopic = try names.id(policy.deadLetterTopic, .topics)
        }
        try planned.validate()
        return planned
    }

    /// Makes a subscription, which receives what is published from now on. Throws `invalidArgument`, `notFound` for a
    /// topic that is not there, `alreadyExists`.
    @discardableResult
    public func createSubscription(_ subscription: Subscription) async throws -> Subscription {
        let made = try plannedSubscription(subscription)
        try checkDeadLetterTopic(of: made)
        guard hub.registry.withLock({ $0.subscribers.count }) < Self.subscriptionLimit else {
            throw PubSubError(
                .resourceExhausted, "there are \(Self.subscriptionLimit) subscriptions already: delete some")
        }
        let topic = try hub.topic(made.topic)
        let record = SubscriptionRecord(subscription: made, queue: try await hub.numbers.take(1), log: topic.log)
        try await hub.expecting(record.queue) {
            try await hub.datastore.transaction { transaction in
                let stored = try transaction.get(Keys.topic(made.topic)).flatMap(TopicRecord.init)
                guard stored?.log == record.log else { throw PubSubError.missing(.topics, made.topic) }
                guard try transaction.get(Keys.subscription(made.id)) == nil else {
                    throw PubSubError(.alreadyExists, "there is a subscription \(made.id) already")
                }
                try transaction.put(record.entity)
            }
        }
        let subscriber = try Subscriber(
            record, hub: hub, pushLimit: pushLimit, isNew: true, lastUse: made.createTime)
        hub.add(subscriber)
        return made
    }

    /// Throws where the dead-letter topic is not there; one that stays what it was may have been deleted since, so that
    /// other things can be changed all the same.
    private func checkDeadLetterTopic(of subscription: Subscription, unlike old: Subscription? = nil) throws {
        guard let policy = subscription.deadLetterPolicy else { return }
        let id = try names.id(policy.deadLetterTopic, .topics)
        if id != old?.deadLetterPolicy?.deadLetterTopic { _ = try hub.topic(id) }
    }

    /// Changes a subscription; topic, filter and order stay. Throws `notFound`, `invalidArgument`.
    @discardableResult
    public func updateSubscription(
        _ name: String, _ change: @escaping @Sendable (inout Subscription) throws -> Void
    ) async throws -> Subscription {
        let old = try hub.subscriber(name)
        var wanted = old.subscription
        try change(&wanted)
        try checkDeadLetterTopic(of: wanted, unlike: old.subscription)
        let record = try await hub.change(old.id, queue: old.queue) { [names] record in
            let before = record.subscription
            try change(&record.subscription)
            // Of what is stored now, not of what was in memory before: another change may have come between.
            if let topic = record.subscription.deadLetterPolicy?.deadLetterTopic {
                record.subscription.deadLetterPolicy?.deadLetterTopic = try names.id(topic, .topics)
            }
            try record.subscription.validateChange(from: before)
        }
        apply(record, to: old)
        return record.subscription
    }

    /// Cuts a subscription off from its topic and gives up what it has. Throws `notFound`.
    public func detach(_ name: String) async throws {
        let subscriber = try hub.subscriber(name)
        let record = try await hub.change(subscriber.id, queue: subscriber.queue) { $0.subscription.detached = true }
        apply(record, to: subscriber)
        subscriber.close(isDeleted: false)
        cleaner.ring()
    }

    /// Deletes a subscription and what it has. Throws `notFound`.
    public func deleteSubscription(_ name: String) async throws {
        let subscriber = try hub.subscriber(name)
        try await hub.delete(subscriber)
        cleaner.ring()
    }

    /// Has a subscription go on as if all published before a time were acknowledged, and nothing since: of what was
    /// acknowledged, what is kept is sent again. Throws `notFound`, `failedPrecondition`.
    public func seek(_ name: String, to time: Timestamp) async throws {
        try await hub.subscriber(name).seek(to: time)
    }

    private func apply(_ record: SubscriptionRecord, to subscriber: Subscriber) {
        subscriber.update(record)
        hub.registry.withLock { $0.findKeeping() }
        subscriber.kick()
    }
}
