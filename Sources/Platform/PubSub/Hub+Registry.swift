import Datastore
import Synchronization

// Changes of who is there. A change is stored first, and comes here when it is.
extension Hub.Registry {
    /// Takes what is expected; false when it was removed meanwhile.
    mutating func add(_ topic: TopicRecord) -> Bool {
        guard expected.remove(topic.log) != nil else { return false }
        topics[topic.topic.id] = topic
        findKeeping()
        return true
    }

    /// Takes over a changed record, unless a newer one was faster or the topic is gone.
    mutating func update(_ topic: TopicRecord) {
        guard let known = topics[topic.topic.id], known.log == topic.log, known.revision < topic.revision else {
            return
        }
        topics[topic.topic.id] = topic
        findKeeping()
    }

    /// Forgets a topic; false when another has its name already, or it has not come yet.
    mutating func remove(_ topic: TopicRecord) -> Bool {
        expected.remove(topic.log)
        guard topics[topic.topic.id]?.log == topic.log else { return false }
        topics[topic.topic.id] = nil
        findKeeping()
        return true
    }

    /// Takes what is expected; false when it was removed meanwhile.
    mutating func add(_ subscriber: Subscriber) -> Bool {
        guard expected.remove(subscriber.queue) != nil else { return false }
        subscribers[subscriber.id] = subscriber
        if !subscriber.isDetached.load(ordering: .acquiring) {
            byLog[subscriber.log, default: []].append(subscriber)
        }
        findKeeping()
        return true
    }

    mutating func remove(_ subscriber: Subscriber) {
        expected.remove(subscriber.queue)
        if subscribers[subscriber.id] === subscriber { subscribers[subscriber.id] = nil }
        byLog[subscriber.log]?.removeAll { $0 === subscriber }
        if byLog[subscriber.log]?.isEmpty == true { byLog[subscriber.log] = nil }
        findKeeping()
    }

    /// Takes a subscriber out of its topic; it stays known by its name.
    mutating func detach(_ subscriber: Subscriber) {
        byLog[subscriber.log]?.removeAll { $0 === subscriber }
        findKeeping()
    }

    mutating func findKeeping() {
        let byTopics = topics.values.filter { $0.topic.messageRetentionDuration != nil }.map(\.log)
        let bySubscribers = byLog.filter { log in
            log.value.contains { $0.retainsAcked.load(ordering: .acquiring) }
        }.keys
        keeping = Set(byTopics).union(bySubscribers)
    }
}

extension Hub {
    /// Takes a topic that is stored, with its metrics.
    func add(_ topic: TopicRecord) {
        registry.withLock { registry in
            if registry.add(topic) { metrics.register(topic: topic.topic.id) }
        }
    }

    /// Forgets a topic that is deleted, with its metrics.
    func remove(_ topic: TopicRecord) {
        registry.withLock { registry in
            if registry.remove(topic) { metrics.forget(topic: topic.topic.id) }
        }
    }

    /// Takes a subscriber whose subscription is stored.
    func add(_ subscriber: Subscriber) {
        let isThere = registry.withLock { $0.add(subscriber) }
        if !isThere { metrics.forget(subscriber.metrics) }
    }

    /// Has a log or queue expected while its record is being stored.
    func expecting(_ number: Int64, _ body: () async throws -> Void) async throws {
        registry.withLock { _ = $0.expected.insert(number) }
        do { try await body() } catch {
            registry.withLock { _ = $0.expected.remove(number) }
            throw error
        }
    }

    /// Changes a topic's record, durably.
    func changeTopic(_ id: String, _ body: @escaping @Sendable (inout Topic) throws -> Void) async throws -> TopicRecord
    {
        let now = clock.now()
        let record = try await essential.transaction { transaction in
            guard var record = try transaction.get(Keys.topic(id)).flatMap(TopicRecord.init) else {
                throw PubSubError.missing(.topics, id)
            }
            let kept = record.topic.messageRetentionDuration
            try body(&record.topic)
            try record.topic.validate()
            record.revision += 1
            try transaction.put(record.entity)
            if kept != nil, record.topic.messageRetentionDuration == nil {
                // What was kept for the topic's sake may now be nobody's.
                try transaction.put(Garbage(number: record.log, log: record.log, isQueue: false, time: now).entity)
            }
            return record
        }
        registry.withLock { $0.update(record) }
        return record
    }

    /// Changes a subscription's record, durably.
    func change(
        _ id: String, queue: Int64, _ body: @escaping @Sendable (inout SubscriptionRecord) throws -> Void
    ) async throws -> SubscriptionRecord {
        let now = clock.now()
        return try await essential.transaction { transaction in
            guard var record = try transaction.get(Keys.subscription(id)).flatMap(SubscriptionRecord.init),
                record.queue == queue
            else { throw PubSubError.missing(.subscriptions, id) }
            let kept = record.subscription.retainAckedMessages
            try body(&record)
            record.revision += 1
            try transaction.put(record.entity)
            if kept, !record.subscription.retainAckedMessages {
                // What was kept for it may now be nobody's.
                try transaction.put(Garbage(number: record.log, log: record.log, isQueue: false, time: now).entity)
            }
            return record
        }
    }

    /// Deletes a subscription, durably; what it has is removed later.
    func delete(_ subscriber: Subscriber) async throws {
        let now = clock.now()
        try await essential.transaction {
            [id = subscriber.id, queue = subscriber.queue, log = subscriber.log] transaction in
            guard let record = try transaction.get(Keys.subscription(id)).flatMap(SubscriptionRecord.init),
                record.queue == queue
            else { throw PubSubError.missing(.subscriptions, id) }
            try transaction.delete(Keys.subscription(id))
            try transaction.delete(Keys.activity(queue))
            for number in [queue, log] {
                try transaction.put(
                    Garbage(number: number, log: log, isQueue: number == queue, time: now).entity)
            }
        }
        registry.withLock { $0.remove(subscriber) }
        subscriber.close(isDeleted: true)
        metrics.forget(subscriber.metrics)
    }
}
