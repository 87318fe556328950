import Datastore
import Synchronization

@testable import PubSub

/// What happens to a Pub/Sub.
enum Step: Sendable, CustomStringConvertible {
    case publish(String, [PubSubMessage])
    case pull(String, Int)
    case acknowledge(String, [Life.Held])
    case modify(String, [Life.Held], seconds: Int)
    case advance(Duration)
    case createTopic(String, Duration?)
    case deleteTopic(String)
    case create(Subscription)
    case update(Subscription)
    case delete(String)
    case detach(String)
    case seek(String, Timestamp)
    case clean

    var description: String {
        func text(_ held: [Life.Held]) -> String { held.map { "\($0.queue):\($0.sequence)" }.joined(separator: " ") }
        return switch self {
        case .publish(let topic, let messages):
            "publish \(topic) "
                + messages.map { "\(String(decoding: $0.data, as: UTF8.self)) \($0.attributes.all) \($0.orderingKey)" }
                .joined(separator: ", ")
        case .pull(let name, let limit): "pull \(name) \(limit)"
        case .acknowledge(let name, let held): "acknowledge \(name) \(text(held))"
        case .modify(let name, let held, let seconds): "modify \(name) \(seconds) \(text(held))"
        case .advance(let duration): "advance \(duration)"
        case .createTopic(let name, let retention): "create \(name) \(retention.map { "\($0)" } ?? "")"
        case .deleteTopic(let name): "delete \(name)"
        case .create(let subscription): "create \(subscription)"
        case .update(let subscription): "update \(subscription)"
        case .delete(let name): "delete \(name)"
        case .detach(let name): "detach \(name)"
        case .seek(let name, let time): "seek \(name) \(time.rfc3339)"
        case .clean: "clean"
        }
    }

    /// Whether all of it is stored when the client is told so.
    var isPromise: Bool {
        switch self {
        case .publish, .acknowledge, .createTopic, .deleteTopic, .create, .update, .delete, .detach, .seek: true
        case .pull, .modify, .advance, .clean: false
        }
    }
}

/// What the client was told.
enum StepOutcome: Sendable {
    case done
    case published([String])
    case received([ReceivedMessage])
    case counted(Int)
    case failed(any Error)
}

extension Life {
    func call(_ step: Step) async -> StepOutcome {
        do {
            switch step {
            case .publish(let topic, let messages):
                return .published(try await pubsub.publish(messages, to: topic))
            case .pull(let name, let limit): return .received(try await pubsub.pull(name, limit: limit))
            case .acknowledge(let name, let held):
                return .counted(try await pubsub.acknowledge(name, ackIDs: held.map(\.ackID)))
            case .modify(let name, let held, let seconds):
                return .counted(
                    try await pubsub.modifyAckDeadline(name, ackIDs: held.map(\.ackID), seconds: seconds))
            case .advance(let duration):
                clock.advance(by: duration)
                for subscriber in pubsub.hub.allSubscribers { subscriber.kick() }
            case .createTopic(let name, let retention):
                try await pubsub.createTopic(name, messageRetentionDuration: retention)
            case .deleteTopic(let name): try await pubsub.deleteTopic(name)
            case .create(let subscription): try await pubsub.createSubscription(subscription)
            case .update(let subscription):
                try await pubsub.updateSubscription(subscription.id) { $0 = subscription }
            case .delete(let name): try await pubsub.deleteSubscription(name)
            case .detach(let name): try await pubsub.detach(name)
            case .seek(let name, let time): try await pubsub.seek(name, to: time)
            case .clean: await pubsub.cleaner.clean()
            }
            return .done
        } catch {
            return .failed(error)
        }
    }

    /// Has the oracle do the step, and compares what both say.
    mutating func judge(_ step: Step, _ outcome: StepOutcome) async throws {
        switch (step, outcome) {
        case (.publish(let name, let messages), .published(let ids)):
            guard let topic = oracle.topics[name] else { throw Disagreement(description: "no topic \(name)") }
            let numbers = ids.compactMap { Int64($0) }
            try require(numbers.count == messages.count && numbers == numbers.sorted(), "ids \(ids)")
            for (number, message) in zip(numbers, messages) { oracle.publish(message, as: number, to: topic) }
        case (.pull(let name, let limit), .received(let received)): try judgePull(name, limit, received)
        case (.pull(let name, _), .failed(let error as PubSubError)),
            (.seek(let name, _), .failed(let error as PubSubError)):
            let isDetached = oracle.number(name).flatMap { oracle.queues[$0]?.subscription.detached }
            try require(isDetached == true && error.code == .failedPrecondition, "\(step): \(error)")
        case (.acknowledge(let name, let held), .counted(let count)):
            let counted = held.filter { $0.queue == oracle.number(name) && oracle.mayAcknowledge($0) }
            try require(count == counted.count, "\(count) and not \(counted.count) were acknowledged")
            for held in counted { oracle.acknowledge(held) }
        case (.modify(let name, let held, let seconds), .counted(let count)):
            try judgeModify(name, held, seconds, count)
        case (.advance, .done): oracle.advance(to: clock.now, uptime: clock.uptime)
        case (.clean, .done): oracle.giveUpOld()
        case (.seek(let name, let time), .done):
            guard let number = oracle.number(name) else { throw Disagreement(description: "no \(name)") }
            let stored = try await stored().deliveries[number] ?? [:]
            oracle.seek(number, to: time, actual: Set(stored.keys))
        case (_, .done): changeRegistry(step)
        default: throw Disagreement(description: "\(step): \(outcome)")
        }
        if !oracle.letters.isEmpty { try await findLetters() }
        oracle.noteGone()
    }

    private mutating func judgePull(_ name: String, _ limit: Int, _ received: [ReceivedMessage]) throws {
        guard let number = oracle.number(name), let queue = oracle.queues[number] else {
            throw Disagreement(description: "no \(name)")
        }
        let expected = oracle.pullable(number, limit)
        let numbers = received.compactMap { Int64($0.messageID) }
        try require(numbers == expected, "\(name) gave \(numbers) and not \(expected)")
        for (sequence, message) in zip(expected, received) {
            let known = oracle.messages[sequence]
            try require(
                message.message == known?.content && message.publishTime == known?.publishTime, "the message \(message)"
            )
            let attempt = (queue.deliveries[sequence]?.failures ?? 0) + 1
            let told = queue.subscription.deadLetterPolicy == nil ? nil : attempt
            try require(
                message.deliveryAttempt == told,
                "attempt \(String(describing: message.deliveryAttempt)), not \(attempt)")
            oracle.lease(sequence, of: number, ackID: message.ackID)
            held.append(Held(queue: number, sequence: sequence, seeks: queue.seeks, ackID: message.ackID))
        }
        if held.count > 60 { held.removeFirst(held.count - 60) }
    }

    private mutating func judgeModify(_ name: String, _ held: [Held], _ seconds: Int, _ count: Int) throws {
        let counted = held.filter { $0.queue == oracle.number(name) && oracle.mayModify($0) }
        try require(count == counted.count, "\(count) and not \(counted.count) deadlines were changed")
        for held in counted {
            if seconds == 0 {
                oracle.count(.returned, held.queue)
                oracle.fail(held.sequence, of: held.queue)
            } else {
                oracle.queues[held.queue]?.deliveries[held.sequence]?.phase = .leased(
                    until: oracle.uptime + .seconds(seconds))
            }
        }
    }

    private mutating func changeRegistry(_ step: Step) {
        let records = pubsub.hub.allSubscribers.map(\.record)
        switch step {
        case .createTopic(let name, _): oracle.topics[name] = pubsub.hub.registry.withLock { $0.topics[name] }
        case .deleteTopic(let name): oracle.topics[name] = nil
        case .create(let subscription):
            guard let record = records.first(where: { $0.subscription.id == subscription.id }) else { return }
            oracle.queues[record.queue] = Oracle.Queue(subscription: record.subscription, log: record.log)
        case .update(let subscription):
            if let number = oracle.number(subscription.id) { oracle.queues[number]?.subscription = subscription }
        case .delete(let name):
            guard let number = oracle.number(name) else { return }
            oracle.queues[number] = nil
            oracle.counts = oracle.counts.filter { $0.key.subscription != name }
        case .detach(let name):
            guard let number = oracle.number(name) else { return }
            oracle.queues[number]?.subscription.detached = true
            oracle.forgetLeases(number)
        default: break
        }
    }

    /// Finds the numbers that dead letters got.
    private mutating func findLetters() async throws {
        let stored = try await stored()
        for letter in oracle.letters {
            let found = stored.messages.first {
                oracle.messages[$0.key] == nil && $0.value.message == letter.content
                    && $0.value.publishTime == oracle.now
            }
            if let found {
                oracle.publish(letter.content, as: found.key, to: letter.topic, source: letter.source)
                try require(oracle.messages[found.key] != nil, "a dead letter for nobody: \(found)")
            } else {
                let before = oracle.messages.count
                oracle.publish(letter.content, as: .max, to: letter.topic)
                try require(oracle.messages.count == before, "no dead letter of \(letter.source)")
            }
        }
        oracle.letters = []
    }
}
