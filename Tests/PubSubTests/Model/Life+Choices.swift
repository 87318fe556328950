import Datastore

@testable import PubSub

// What happens next, by the dice.
extension Life {
    private static let topicNames = ["top-0", "top-1", "dead"]
    private static let subscriptionNames = ["sub-0", "sub-1", "sub-2", "grave"]

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<C: Collection>(_ choices: C) -> C.Element? { choices.randomElement(using: &random) }

    /// Topics and subscriptions to begin with.
    mutating func furnish() async throws {
        for name in Self.topicNames { try await step(.createTopic(name, chance(30) ? retention() : nil)) }
        for name in Self.subscriptionNames { try await step(.create(subscription(name))) }
    }

    /// One step of the daemon's life.
    mutating func live() async throws {
        switch below(100) {
        case 0..<84: try await step(choose())
        case 84..<90: try await kill(within: choose(), behind: below(4))
        case 90..<93:
            trace.append("restart")
            try await restart()
        case 93..<97: try await failOnce()
        default: try await compare()
        }
    }

    private mutating func choose() -> Step {
        let names = oracle.queues.values.map(\.subscription.id).sorted()
        let name = pick(names) ?? ""
        switch below(100) {
        case 0..<26: return publish() ?? .clean
        case 26..<52 where !names.isEmpty: return .pull(name, 1 + below(6))
        case 52..<68 where !names.isEmpty: return .acknowledge(name, choices(name))
        case 68..<76 where !names.isEmpty: return .modify(name, choices(name), seconds: 0)
        case 76..<78 where !names.isEmpty: return .modify(name, choices(name), seconds: 10 + below(50))
        case 78..<80 where !names.isEmpty: return .seek(name, oracle.now.advanced(by: .seconds(below(900) - 800)))
        case 80..<83: return .clean
        case 83..<88: return .advance(.seconds(30 + below(900)))
        case 88..<96: return .advance(.seconds(1 + below(15)))
        default: return administer(name)
        }
    }

    private mutating func administer(_ name: String) -> Step {
        let missing = Self.subscriptionNames.filter { oracle.number($0) == nil }
        if let name = pick(missing), !oracle.topics.isEmpty, chance(50) { return .create(subscription(name)) }
        if let name = pick(Self.topicNames.filter { oracle.topics[$0] == nil }), chance(50) {
            return .createTopic(name, chance(30) ? retention() : nil)
        }
        guard let number = oracle.number(name), let queue = oracle.queues[number] else { return .clean }
        switch below(10) {
        case 0: return .detach(name)
        case 1: return .delete(name)
        case 2: return pick(oracle.topics.keys.sorted()).map { .deleteTopic($0) } ?? .clean
        default: return .update(changed(queue.subscription))
        }
    }

    // MARK: What steps are about

    private mutating func publish() -> Step? {
        guard let topic = pick(oracle.topics.keys.sorted()) else { return nil }
        let messages = (0...below(4)).map { _ in
            texts += 1
            var message = PubSubMessage(data: Array("message \(texts)".utf8))
            if chance(60) { message.attributes["kind"] = chance(50) ? "a" : "b" }
            if chance(60) { message.orderingKey = chance(50) ? "x" : "y" }
            return message
        }
        return .publish(topic, messages)
    }

    /// Some of what a subscription's clients hold or held, rarely another's.
    private mutating func choices(_ name: String) -> [Held] {
        let number = oracle.number(name)
        let strangers = chance(10)
        var chosen = Set(held.filter { ($0.queue == number || strangers) && chance(50) }.map { $0 })
        if chosen.isEmpty, let one = held.last { chosen = [one] }
        guard !chosen.isEmpty else {
            return [Held(queue: 1, sequence: 1, seeks: 0, ackID: AckID(queue: 1, seeks: 0, sequence: 1, lease: 1).text)]
        }
        // Of one delivery the later lease alone, so that it is no matter which comes first.
        let latest = Dictionary(
            held.filter(chosen.contains).map { ($0.sequence * 31 + $0.queue, $0) }, uniquingKeysWith: { $1 })
        return latest.values.sorted { $0.ackID < $1.ackID }
    }

    private mutating func retention() -> Duration { .seconds(600 + below(1200)) }

    private mutating func subscription(_ name: String) -> Subscription {
        let topic = name == "grave" && oracle.topics["dead"] != nil ? "dead" : pick(oracle.topics.keys.sorted()) ?? ""
        var subscription = Subscription(id: name, topic: topic)
        subscription.filter = pick(Oracle.filters.keys.sorted()) ?? ""
        if chance(50) { subscription.filter = "" }
        subscription.enableMessageOrdering = chance(50)
        return changed(subscription)
    }

    private mutating func changed(_ old: Subscription) -> Subscription {
        var subscription = old
        if chance(40) { subscription.ackDeadlineSeconds = 10 + below(50) }
        if chance(40) {
            subscription.retryPolicy =
                chance(60)
                ? RetryPolicy(minimumBackoff: .seconds(below(10)), maximumBackoff: .seconds(10 + below(60))) : nil
        }
        if chance(50) {
            let exists = oracle.topics["dead"] != nil
            subscription.deadLetterPolicy =
                chance(70) && exists && subscription.id != "grave"
                ? DeadLetterPolicy(deadLetterTopic: "dead", maxDeliveryAttempts: 5 + below(3)) : nil
        }
        if chance(30) { subscription.retainAckedMessages = chance(50) }
        if chance(40) { subscription.messageRetentionDuration = retention() }
        return subscription
    }

    // MARK: A broken disk

    /// A publish or an acknowledgement fails, and what the client was told holds.
    private mutating func failOnce() async throws {
        let name = pick(oracle.queues.values.map(\.subscription.id).sorted()) ?? ""
        let step: Step? = chance(50) ? publish() : name.isEmpty ? nil : .acknowledge(name, choices(name))
        guard let step else { return }
        trace.append("a broken disk, and \(step)")
        engine.refuseNext(true)
        let outcome = await call(step)
        engine.refuseNext(false)
        await quiet()
        guard case .failed(let error as DatastoreError) = outcome else { return try await judge(step, outcome) }
        try require(error.code == .resourceExhausted, "\(error)")
        guard case .acknowledge(let name, let held) = step else { return }
        // What was not acknowledged is to be had again at once.
        for held in held where held.queue == oracle.number(name) && oracle.mayAcknowledge(held) {
            oracle.queues[held.queue]?.deliveries[held.sequence]?.phase = .ready
        }
    }

    // MARK: The end

    /// Acknowledges all that is left, deletes all that there is, and looks whether anything remains.
    mutating func finish() async throws {
        trace.append("the end")
        try await compare()
        var rounds = 0
        while let queue = oracle.queues.values.first(where: { !$0.subscription.detached && !$0.deliveries.isEmpty }) {
            rounds += 1
            try require(rounds < 1000, "\(queue.subscription.id) never ends")
            let name = queue.subscription.id
            held = []
            try await step(.pull(name, 1000))
            try await step(held.isEmpty ? .advance(.seconds(60)) : .acknowledge(name, held))
        }
        try await compare()
        for name in oracle.queues.values.map(\.subscription.id) { try await step(.delete(name)) }
        for name in oracle.topics.keys { try await step(.deleteTopic(name)) }
        try await step(.clean)
        try await step(.advance(.seconds(61)))
        try await step(.clean)
        for kind in [Keys.messageKind, Keys.deliveryKind, Keys.garbageKind] {
            let count = try await datastore.count(Query(kind: kind, namespace: Key.platformNamespace))
            try require(count == 0, "\(count) \(kind) are left")
        }
    }
}
