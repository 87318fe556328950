import Datastore

@testable import PubSub

/// What Pub/Sub is to do, in the simplest form: dictionaries, one step after the other, nothing lost.
///
/// Queues, logs and messages have Pub/Sub's own numbers, which it is told.
struct Oracle: Sendable {
    enum Phase: Sendable, Hashable {
        case ready
        case leased(until: Duration)
        case delayed(until: Duration)
    }

    struct Delivery: Sendable, Hashable {
        /// How often it was sent in vain, and how often of that is stored.
        var failures = 0
        var stored = 0
        var phase = Phase.ready
        /// Of its last lease in this run.
        var ackID: String?
    }

    /// Which delivery a dead letter was before.
    struct Source: Sendable, Hashable {
        let queue: Int64
        let sequence: Int64
    }

    struct Message: Sendable, Hashable {
        let log: Int64
        let content: PubSubMessage
        let publishTime: Timestamp
        /// The queues into which it went.
        var queues: Set<Int64>
        var source: Source?
        /// Whether there was a moment in which nobody had a right to it.
        var mayBeGone = false
    }

    struct Queue: Sendable, Hashable {
        var subscription: Subscription
        let log: Int64
        var seeks: Int64 = 0
        var deliveries: [Int64: Delivery] = [:]
    }

    /// A message that went to a dead-letter topic, whose number is not known yet.
    struct Letter: Sendable {
        let topic: TopicRecord
        let content: PubSubMessage
        let source: Source
    }

    struct Count: Sendable, Hashable {
        let subscription: String
        let result: DeliveryResult
    }

    var topics: [String: TopicRecord] = [:]
    var queues: [Int64: Queue] = [:]
    var messages: [Int64: Message] = [:]
    var letters: [Letter] = []
    var counts: [Count: Int] = [:]
    var now: Timestamp
    var uptime = Duration.zero

    /// The filters that the model uses, in its own words.
    static let filters: [String: @Sendable (Attributes) -> Bool] = [
        "": { _ in true },
        #"attributes.kind = "a""#: { $0["kind"] == "a" },
        #"NOT attributes.kind = "a""#: { $0["kind"] != "a" },
        "attributes:kind": { $0["kind"] != nil },
    ]

    private static func receives(_ queue: Queue, _ attributes: Attributes) -> Bool {
        filters[queue.subscription.filter]?(attributes) ?? false
    }

    mutating func count(_ result: DeliveryResult, _ queue: Int64, _ number: Int = 1) {
        guard let name = queues[queue]?.subscription.id, number > 0 else { return }
        counts[Count(subscription: name, result: result), default: 0] += number
    }

    /// The queue of a subscription's name.
    func number(_ name: String) -> Int64? { queues.first { $0.value.subscription.id == name }?.key }

    // MARK: Publishing

    mutating func publish(_ content: PubSubMessage, as sequence: Int64, to topic: TopicRecord, source: Source? = nil) {
        let receivers = queues.filter {
            $0.value.log == topic.log && !$0.value.subscription.detached && Self.receives($0.value, content.attributes)
        }.keys
        guard !receivers.isEmpty || topic.topic.messageRetentionDuration != nil else { return }
        messages[sequence] = Message(
            log: topic.log, content: content, publishTime: now, queues: Set(receivers), source: source)
        for queue in receivers { queues[queue]?.deliveries[sequence] = Delivery() }
    }

    // MARK: Receiving

    /// What a pull gives: of an ordering key only the first, and that only when it is ready.
    func pullable(_ number: Int64, _ limit: Int) -> [Int64] {
        guard let queue = queues[number] else { return [] }
        var seen: Set<String> = []
        var pullable: [Int64] = []
        for (sequence, delivery) in queue.deliveries.sorted(by: { $0.key < $1.key }) where pullable.count < limit {
            let key = messages[sequence]?.content.orderingKey ?? ""
            if queue.subscription.enableMessageOrdering, !key.isEmpty, !seen.insert(key).inserted { continue }
            if delivery.phase == .ready { pullable.append(sequence) }
        }
        return pullable
    }

    mutating func lease(_ sequence: Int64, of number: Int64, ackID: String) {
        let seconds = queues[number]?.subscription.ackDeadlineSeconds ?? 0
        queues[number]?.deliveries[sequence]?.phase = .leased(until: uptime + .seconds(seconds))
        queues[number]?.deliveries[sequence]?.ackID = ackID
    }

    /// Whether an acknowledgement counts.
    func mayAcknowledge(_ held: Life.Held) -> Bool {
        guard let queue = queues[held.queue], !queue.subscription.detached, queue.seeks == held.seeks,
            let delivery = queue.deliveries[held.sequence]
        else { return false }
        return delivery.ackID == nil || delivery.ackID == held.ackID
    }

    /// Whether a lease is still out.
    func mayModify(_ held: Life.Held) -> Bool {
        guard mayAcknowledge(held), let delivery = queues[held.queue]?.deliveries[held.sequence],
            case .leased = delivery.phase
        else { return false }
        return delivery.ackID != nil
    }

    mutating func acknowledge(_ held: Life.Held) {
        queues[held.queue]?.deliveries[held.sequence] = nil
        count(.acknowledged, held.queue)
    }

    /// Lets time pass.
    mutating func advance(to now: Timestamp, uptime: Duration) {
        (self.now, self.uptime) = (now, uptime)
        for (number, queue) in queues where !queue.subscription.detached {
            for (sequence, delivery) in queue.deliveries {
                switch delivery.phase {
                case .leased(let until) where until <= uptime:
                    count(.expired, number)
                    fail(sequence, of: number)
                case .delayed(let until) where until <= uptime: ready(sequence, of: number)
                default: break
                }
            }
        }
    }

    private mutating func ready(_ sequence: Int64, of number: Int64) {
        queues[number]?.deliveries[sequence]?.phase = .ready
    }

    /// Notes that a delivery was sent in vain.
    mutating func fail(_ sequence: Int64, of number: Int64) {
        guard let queue = queues[number], var delivery = queue.deliveries[sequence] else { return }
        let subscription = queue.subscription
        delivery.failures += 1
        let isOver = subscription.deadLetterPolicy.map { delivery.failures >= $0.maxDeliveryAttempts } ?? false
        if !isOver, subscription.deadLetterPolicy != nil || subscription.retryPolicy != nil {
            delivery.stored = delivery.failures
        }
        let isBuried = isOver && bury(sequence, of: number, delivery.failures)
        let wait = Self.backoff(subscription.retryPolicy, isOver ? 1 : delivery.failures)
        delivery.phase = wait > .zero ? .delayed(until: uptime + wait) : .ready
        queues[number]?.deliveries[sequence] = isBuried ? nil : delivery
    }

    /// Doubles with each failure.
    private static func backoff(_ policy: RetryPolicy?, _ failures: Int) -> Duration {
        guard let policy else { return .zero }
        var wait = policy.minimumBackoff
        for _ in 1..<max(failures, 1) { wait = min(wait * 2, policy.maximumBackoff) }
        return min(wait, policy.maximumBackoff)
    }

    /// False when there is no topic for it.
    private mutating func bury(_ sequence: Int64, of number: Int64, _ attempts: Int) -> Bool {
        guard let subscription = queues[number]?.subscription, let policy = subscription.deadLetterPolicy,
            let topic = topics[policy.deadLetterTopic], let message = messages[sequence]
        else { return false }
        var content = message.content
        content.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] = String(attempts)
        content.attributes["CloudPubSubDeadLetterSourceSubscription"] = subscription.id
        content.attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] = "my-project"
        content.attributes["CloudPubSubDeadLetterSourceTopicPublishTime"] = message.publishTime.rfc3339
        letters.append(Letter(topic: topic, content: content, source: Source(queue: number, sequence: sequence)))
        count(.deadLettered, number)
        return true
    }

    // MARK: What is kept

    private func retentions(_ log: Int64) -> [Duration] {
        let byTopics = topics.values.filter { $0.log == log }.compactMap(\.topic.messageRetentionDuration)
        let bySubscriptions = queues.values.map { $0 }.filter {
            $0.log == log && $0.subscription.retainAckedMessages && !$0.subscription.detached
        }.map(\.subscription.messageRetentionDuration)
        return byTopics + bySubscriptions
    }

    /// Notes which messages may be removed from now on: nobody has them, and they are kept for nobody.
    mutating func noteGone() {
        let held = Set(queues.values.filter { !$0.subscription.detached }.flatMap(\.deliveries.keys))
        for (sequence, message) in messages where !held.contains(sequence) && !message.mayBeGone {
            let longest = retentions(message.log).max()
            let isKept = longest.map { message.publishTime >= now.advanced(by: .zero - $0) } ?? false
            if !isKept { messages[sequence]?.mayBeGone = true }
        }
    }

    /// Gives up what was not acknowledged for too long.
    mutating func giveUpOld() {
        for (number, queue) in queues {
            let limit = now.advanced(by: .zero - queue.subscription.messageRetentionDuration)
            let old = queue.deliveries.keys.filter { sequence in
                queue.subscription.detached || messages[sequence].map { $0.publishTime < limit } ?? true
            }
            for sequence in old { queues[number]?.deliveries[sequence] = nil }
            count(.discarded, number, old.count)
        }
    }

    /// Goes on as if all before a time were acknowledged, and nothing since. Of messages that may be gone, those come
    /// back that are still there: those of `actual`.
    mutating func seek(_ number: Int64, to time: Timestamp, actual: Set<Int64>) {
        guard let queue = queues[number] else { return }
        let topicKeeps = topics.values.contains { $0.log == queue.log && $0.topic.messageRetentionDuration != nil }
        queues[number]?.seeks += 1
        for (sequence, message) in messages where message.log == queue.log {
            guard message.publishTime >= time else {
                queues[number]?.deliveries[sequence] = nil
                continue
            }
            if queue.deliveries[sequence] == nil {
                let wasHere = message.queues.contains(number)
                guard topicKeeps || queue.subscription.retainAckedMessages,
                    wasHere || topicKeeps && Self.receives(queue, message.content.attributes),
                    !message.mayBeGone || actual.contains(sequence)
                else { continue }
                queues[number]?.deliveries[sequence] = Delivery()
                messages[sequence]?.queues.insert(number)
                messages[sequence]?.mayBeGone = false
            }
        }
        forgetLeases(number)
    }

    /// What is not stored is forgotten: leases, waits, failures that do not count.
    mutating func forgetLeases(_ number: Int64) {
        let deliveries = queues[number]?.deliveries ?? [:]
        queues[number]?.deliveries = deliveries.mapValues { Delivery(failures: $0.stored, stored: $0.stored) }
    }
}
