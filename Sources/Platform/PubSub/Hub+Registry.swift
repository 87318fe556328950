import Datastore
import Synchronization

// Changes of who is there. A change is stored first, and comes here when it is.
extension Hub.Registry {
    mutating func add(_ topic: TopicRecord) {
        guard removed["topics/\(topic.topic.id)"] ?? 0 < topic.log else { return }
        topics[topic.topic.id] = topic
        findKeeping()
    }

    /// Takes over a changed record, unless a newer one was faster or the topic is gone.
    mutating func update(_ topic: TopicRecord) {
        guard let known = topics[topic.topic.id], known.log == topic.log, known.revision < topic.revision else {
            return
        }
        topics[topic.topic.id] = topic
        findKeeping()
    }

    mutating func remove(_ topic: TopicRecord) {
        let id = topic.topic.id
        note(removed: "topics/\(id)", topic.log)
        if topics[id]?.log == topic.log { topics[id] = nil }
        findKeeping()
    }

    mutating func add(_ subscriber: Subscriber) {
        guard removed["subscriptions/\(subscriber.id)"] ?? 0 < subscriber.queue else { return }
        subscribers[subscriber.id] = subscriber
        if !subscriber.isDetached.load(ordering: .acquiring) {
            byLog[subscriber.log, default: []].append(subscriber)
        }
        findKeeping()
    }

    mutating func remove(_ subscriber: Subscriber) {
        note(removed: "subscriptions/\(subscriber.id)", subscriber.queue)
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

    private mutating func note(removed name: String, _ number: Int64) {
        removed[name] = max(removed[name] ?? 0, number)
    }
}

extension Hub {
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
    }
}
