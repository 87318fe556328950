import CoreMetrics
import Datastore
import Instruments
import Logging
import Settings
import Synchronization
import Transfer

@testable import PubSub

/// A Pub/Sub and the oracle beside it, through the same random steps, restarts and kills.
struct Life {
    /// A delivery that a client holds, or held.
    struct Held: Sendable, Hashable {
        let queue: Int64
        let sequence: Int64
        let seeks: Int64
        let ackID: String
    }

    var random: SeededRandom
    let clock = ManualClock()
    let client = TransferClient()
    var engine = MemoryEngine()
    var datastore: Datastore
    var pubsub: PubSub
    var registry = MetricRegistry()
    var oracle: Oracle
    /// What clients hold, the latest last.
    var held: [Held] = []
    var texts = 0
    /// The steps, for whoever has to understand a failure.
    var trace: [String] = []

    init(seed: UInt64) async throws {
        random = SeededRandom(seed: seed)
        (datastore, pubsub) = try await Self.start(engine, clock, client, registry)
        oracle = Oracle(now: clock.now)
    }

    private static func start(
        _ engine: MemoryEngine, _ clock: ManualClock, _ client: TransferClient, _ registry: MetricRegistry
    ) async throws -> (Datastore, PubSub) {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let datastore = try await Datastore(engine: engine, metrics: NOOPMetricsHandler.instance, logger: logger)
        let pubsub = try await PubSub(
            datastore: datastore, project: "my-project",
            sender: PushSender(client: client, resolve: { PushEndpoint(TransferEndpoint(url: $0)) }, tokens: nil),
            settings: PubSubSettings(), clock: clock.pubsubClock, timing: PubSubTiming(retryAfter: .zero),
            metrics: registry, logger: logger)
        pubsub.hub.phase.store(.running, ordering: .releasing)
        for subscriber in pubsub.hub.allSubscribers { subscriber.kick() }
        return (datastore, pubsub)
    }

    // MARK: Steps

    /// Does a step on both sides and compares.
    mutating func step(_ step: Step) async throws {
        trace.append("\(step)")
        let outcome = await call(step)
        await quiet()
        try await judge(step, outcome)
    }

    /// The same, with the daemon killed behind so many writes of it, or when it is done.
    mutating func kill(within step: Step, behind writes: Int) async throws {
        trace.append("kill behind \(writes) writes of: \(step)")
        let before = oracle
        engine.killBehind(writes)
        let outcome = await call(step)
        let isDone = !engine.kill() && step.isPromise
        // Where nobody sees it the step goes on to its end, so that it is known what it would have come to.
        await quiet()
        try await judge(step, outcome)
        let after = oracle
        try await restart()
        oracle = try Oracle(before: before, after: after, isDone: isDone, stored: await stored())
        try await compare()
    }

    /// Stops the daemon as systemd does, or leaves it dead, and starts the next.
    mutating func restart() async throws {
        pubsub.hub.phase.store(.stopping, ordering: .releasing)
        for subscriber in pubsub.hub.allSubscribers { await subscriber.settled() }
        engine = engine.reopened()
        registry = MetricRegistry()
        (datastore, pubsub) = try await Self.start(engine, clock, client, registry)
        oracle.counts = [:]
        for number in oracle.queues.keys { oracle.forgetLeases(number) }
        await quiet()
    }

    /// Lets sleepers go, and ends.
    func end() async {
        pubsub.hub.phase.store(.stopping, ordering: .releasing)
        clock.advance(by: .seconds(100 * 86_400))
        await client.shutdown()
    }

    /// Waits until nothing is under way: twice, since the end of one thing may begin another.
    func quiet() async {
        var rounds = 0
        while rounds < 2 {
            let isQuiet = pubsub.hub.allSubscribers.allSatisfy { subscriber in
                subscriber.state.withLock { !$0.isTurning && !$0.hasNews && !$0.isBusy && $0.outcomes.isEmpty }
            }
            rounds = isQuiet ? rounds + 1 : 0
            if rounds < 2 { await Task.yield() }
        }
    }

    // MARK: Comparing

    /// What is stored.
    func stored() async throws -> Stored {
        let records = pubsub.hub.allSubscribers.map(\.record)
        var deliveries: [Int64: [Int64: StoredDelivery]] = [:]
        for subscriber in pubsub.hub.allSubscribers {
            let found = try await pubsub.hub.all(subscriber.deliveries).compactMap { StoredDelivery($0.entity) }
            deliveries[subscriber.queue] = Dictionary(uniqueKeysWithValues: found.map { ($0.sequence, $0) })
        }
        let messages = try await pubsub.hub.all(Query(kind: Keys.messageKind, namespace: Key.platformNamespace))
        return Stored(
            topics: pubsub.hub.registry.withLock { $0.topics },
            records: Dictionary(uniqueKeysWithValues: records.map { ($0.queue, $0) }), deliveries: deliveries,
            messages: Dictionary(
                uniqueKeysWithValues: messages.compactMap { StoredMessage($0.entity) }.map { ($0.sequence, $0) }))
    }

    /// Compares all that is stored, counted and measured with the oracle.
    func compare() async throws {
        let stored = try await stored()
        try require(stored.topics == oracle.topics, "topics: \(stored.topics) and not \(oracle.topics)")
        try require(Set(stored.records.keys) == Set(oracle.queues.keys), "subscriptions: \(stored.records.keys)")
        for (number, queue) in oracle.queues {
            let name = queue.subscription.id
            try require(stored.records[number]?.subscription == queue.subscription, "the subscription \(name)")
            let found = (stored.deliveries[number] ?? [:]).mapValues(\.failures)
            let expected = queue.deliveries.mapValues(\.stored)
            try require(found == expected, "deliveries of \(name): \(found) and not \(expected)")
            guard !queue.subscription.detached else { continue }
            for sequence in expected.keys {
                try require(
                    stored.messages[sequence]?.message == oracle.messages[sequence]?.content,
                    "the message \(sequence) of \(name)")
            }
        }
        for (sequence, message) in oracle.messages where !message.mayBeGone {
            try require(stored.messages[sequence] != nil, "the message \(sequence) is gone")
        }
        await pubsub.cleaner.measure()
        try compareMetrics()
    }

    private func compareMetrics() throws {
        let text = String(decoding: registry.exposition(), as: UTF8.self)
        var samples: [String: Double] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("trivet_pubsub_") {
            let parts = line.split(separator: " ")
            samples[String(parts[0])] = Double(parts[1])
        }
        for queue in oracle.queues.values {
            let name = queue.subscription.id
            let expected = queue.subscription.detached ? [:] : queue.deliveries
            let outstanding = expected.values.count { if case .leased = $0.phase { true } else { false } }
            let status = try pubsub.status(of: name)
            try require(
                queue.subscription.detached || status.backlog == expected.count,
                "backlog of \(name): \(String(describing: status.backlog)) and not \(expected.count)")
            try require(
                status.outstanding == outstanding, "out of \(name): \(status.outstanding) and not \(outstanding)")
            let backlog = samples["trivet_pubsub_backlog_messages{subscription=\"\(name)\"}"]
            try require(
                backlog == Double(expected.count), "measured backlog of \(name): \(String(describing: backlog))")
            let oldest = expected.keys.compactMap { oracle.messages[$0]?.publishTime }.min()
            let age = oldest.map { oracle.now.since($0) / .seconds(1) } ?? 0
            let measured = samples["trivet_pubsub_oldest_unacked_seconds{subscription=\"\(name)\"}"] ?? -1
            try require(abs(measured - age) < 0.001, "measured age of \(name): \(measured) and not \(age)")
        }
        for (count, expected) in oracle.counts {
            let labels = "{result=\"\(count.result.rawValue)\",subscription=\"\(count.subscription)\"}"
            let counted = samples["trivet_pubsub_deliveries_total\(labels)"]
            try require(
                counted == Double(expected), "\(labels): \(String(describing: counted)) and not \(expected)")
        }
    }
}
