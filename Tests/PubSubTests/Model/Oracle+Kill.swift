import Datastore

@testable import PubSub

/// What is stored, as the next daemon finds it.
struct Stored: Sendable {
    let topics: [String: TopicRecord]
    let records: [Int64: SubscriptionRecord]
    let deliveries: [Int64: [Int64: StoredDelivery]]
    let messages: [Int64: StoredMessage]
}

extension Oracle {
    /// What holds when the daemon was killed within a step: of what the step changes some may be stored, but nothing
    /// else, and what belongs together is stored together.
    ///
    /// - Parameters:
    ///   - before: what held before the step.
    ///   - after: what would hold behind it.
    ///   - isDone: whether the client was told that the step is done, and that is a promise.
    init(before: Oracle, after: Oracle, isDone: Bool, stored: Stored) throws {
        self.init(now: after.now, uptime: after.uptime)
        let before = isDone ? after : before
        for topic in stored.topics.values {
            try require(
                before.topics[topic.topic.id] == topic || after.topics[topic.topic.id] == topic, "topic \(topic)")
        }
        for topic in before.topics.values where after.topics[topic.topic.id] == topic {
            try require(stored.topics[topic.topic.id] == topic, "no topic \(topic)")
        }
        topics = stored.topics
        for (number, record) in stored.records {
            queues[number] = try Self.queue(before.queues[number], after.queues[number], record, stored)
        }
        for number in before.queues.keys where after.queues[number] != nil {
            try require(stored.records[number] != nil, "no subscription \(number)")
        }
        try takeMessages(before, after, stored)
        try checkUnits(before, after, stored)
        noteGone()
    }

    private static func queue(
        _ before: Queue?, _ after: Queue?, _ record: SubscriptionRecord, _ stored: Stored
    ) throws -> Queue {
        let sides = [before, after].compactMap { $0 }
        let id = record.subscription.id
        try require(sides.contains { $0.subscription == record.subscription }, "subscription \(record.subscription)")
        try require(sides.contains { $0.seeks == record.seeks }, "seeks of \(id)")
        var queue = Queue(subscription: record.subscription, log: record.log, seeks: record.seeks)
        for (sequence, delivery) in stored.deliveries[record.queue] ?? [:] {
            let known = sides.compactMap { $0.deliveries[sequence]?.stored }
            try require(
                known.contains(delivery.failures),
                "delivery \(sequence) of \(id), failures \(delivery.failures): \(known)")
            queue.deliveries[sequence] = Delivery(failures: delivery.failures, stored: delivery.failures)
        }
        for sequence in before?.deliveries.keys.map({ $0 }) ?? [] where after?.deliveries[sequence] != nil {
            try require(queue.deliveries[sequence] != nil, "lost: \(sequence) of \(id)")
        }
        return queue
    }

    private mutating func takeMessages(_ before: Oracle, _ after: Oracle, _ stored: Stored) throws {
        for (sequence, message) in after.messages.merging(before.messages, uniquingKeysWith: { first, _ in first }) {
            guard let found = stored.messages[sequence] else {
                let mayBeGone = message.mayBeGone || before.messages[sequence]?.mayBeGone ?? true
                try require(mayBeGone || after.messages[sequence] == nil, "lost: the message \(sequence)")
                continue
            }
            var message = message
            message.queues = Set(found.queues)
            message.mayBeGone = message.mayBeGone || before.messages[sequence]?.mayBeGone ?? false
            messages[sequence] = message
        }
        for (number, queue) in queues where !queue.subscription.detached {
            for sequence in queue.deliveries.keys {
                try require(messages[sequence] != nil, "delivery \(sequence) of \(number) without its message")
            }
        }
    }

    /// A message is stored with all of its deliveries or not at all, the messages of one publish together, and a dead
    /// letter instead of what it was.
    private func checkUnits(_ before: Oracle, _ after: Oracle, _ stored: Stored) throws {
        let fresh = after.messages.filter { before.messages[$0.key] == nil }
        for (sequence, message) in fresh {
            let isThere = stored.messages[sequence] != nil
            for (number, queue) in after.queues where queue.deliveries[sequence] != nil {
                try require((queues[number]?.deliveries[sequence] != nil) == isThere, "half of \(sequence)")
            }
            if let source = message.source {
                let isLeft = queues[source.queue]?.deliveries[source.sequence] != nil
                try require(isLeft != isThere, "dead letter \(sequence) of \(source)")
            }
        }
        let published = fresh.filter { $0.value.source == nil }.keys.filter { stored.messages[$0] != nil }
        let all = fresh.count { $0.value.source == nil }
        try require(published.isEmpty || published.count == all, "half of a publish")
    }
}

/// The oracle and Pub/Sub say different things.
struct Disagreement: Error, CustomStringConvertible {
    var description: String
}

func require(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !holds { throw Disagreement(description: otherwise()) }
}
