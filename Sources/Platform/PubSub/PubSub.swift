public import CoreMetrics
public import Datastore
public import Logging
public import Settings
import Synchronization
public import Transfer

/// Topics and subscriptions: what is published is stored with one delivery for each subscription, in one transaction,
/// and a delivery lives until it is acknowledged.
///
/// A message that was acknowledged to its publisher is delivered at least once, whatever happens to the daemon; one
/// whose acknowledgement is stored is not sent again.
public final class PubSub: Sendable {
    /// The most subscriptions of a daemon.
    public static let subscriptionLimit = 10_000
    /// The most topics.
    public static let topicLimit = 10_000

    /// How topics and subscriptions are called in full.
    public var names: ResourceName { hub.names }

    let hub: Hub
    let pushLimit: Int
    let cleaner: Cleaner

    /// Opens what is stored.
    ///
    /// - Parameters:
    ///   - datastore: where it is stored.
    ///   - project: the project's id, for full names.
    ///   - transfer: what pushes go through: a client of its own, since endpoints that hang hold connections.
    ///   - resolve: where an endpoint's URL leads, for the daemon's own services; others as they are.
    ///   - tokens: where the ID tokens of pushes come from; nil: there are none.
    ///   - settings: the bounds.
    ///   - timing: the room's own times.
    ///   - metrics: where metrics go.
    ///   - logger: the application log.
    public convenience init(
        datastore: Datastore, project: String, transfer: TransferClient,
        resolve: @escaping @Sendable (String) -> PushEndpoint = { PushEndpoint(TransferEndpoint(url: $0)) },
        tokens: (any PushTokenSource)? = nil, settings: PubSubSettings = PubSubSettings(),
        timing: PubSubTiming = PubSubTiming(), metrics: any MetricsFactory, logger: Logger
    ) async throws {
        try await self.init(
            datastore: datastore, project: project,
            sender: PushSender(client: transfer, resolve: resolve, tokens: tokens), settings: settings,
            clock: .system(), timing: timing, metrics: metrics, logger: logger)
    }

    init(
        datastore: Datastore, project: String, sender: PushSender, settings: PubSubSettings, clock: PubSubClock,
        timing: PubSubTiming, metrics: any MetricsFactory, logger: Logger
    ) async throws {
        pushLimit = settings.maxOutstandingPushes
        hub = try await Hub(
            datastore: datastore, project: project, clock: clock, timing: timing, sender: sender,
            gate: PushGate(limit: settings.maxConnections), metrics: PubSubMetrics(metrics), logger: logger)
        cleaner = Cleaner(hub: hub)
        try await load()
    }

    private func load() async throws {
        func all(_ kind: String) async throws -> [StoredEntity] {
            try await hub.all(Query(kind: kind, namespace: Key.platformNamespace))
        }
        let topics = try await all(Keys.topicKind).compactMap { TopicRecord($0.entity) }
        let uses = try await all(Keys.activityKind).map { use in
            (use.key.id ?? 0, use["lastUse"]?.timestamp ?? use.updateTime)
        }
        let lastUses = Dictionary(uses) { first, _ in first }
        var subscribers: [Subscriber] = []
        for stored in try await all(Keys.subscriptionKind) {
            guard let record = SubscriptionRecord(stored.entity) else { continue }
            subscribers.append(
                try Subscriber(
                    record, hub: hub, pushLimit: pushLimit, isNew: false,
                    lastUse: lastUses[record.queue] ?? record.subscription.createTime))
        }
        let loaded = subscribers
        hub.registry.withLock { $0.expected = Set(topics.map(\.log) + loaded.map(\.queue)) }
        for topic in topics { hub.add(topic) }
        for subscriber in loaded { hub.add(subscriber) }
        // Who let go of what went into several queues is known to the run before only.
        for (log, several) in Dictionary(grouping: loaded, by: \.log) where several.count > 1 {
            hub.flagForSweep(log)
        }
    }
}

// Publishing.
extension PubSub {
    /// Publishes messages; they are stored, with a delivery for each subscription, when this returns.
    ///
    /// - Returns: the messages' ids, in the order of the messages; a later message of the topic has a greater id.
    public func publish(_ messages: [PubSubMessage], to topic: String) async throws -> [String] {
        try await hub.publish(messages, to: topic)
    }

    /// The id of a topic of that name, for a message that will be published later. Throws `invalidArgument` where no
    /// topic has such a name or takes such a message, `notFound` for another project's; whether the topic is there is not
    /// asked.
    public func check(_ message: PubSubMessage, to topic: String) throws(PubSubError) -> String {
        try message.validate()
        return try names.id(topic, .topics)
    }

    /// Publishes within a transaction of the caller's, so that the messages are stored with what they tell of, or not
    /// at all. Like the closure itself, it may run several times.
    ///
    /// - Returns: what to give to `announce` when the transaction is stored.
    public func publish(
        _ messages: [PubSubMessage], to topic: String, in transaction: Transaction
    ) throws -> Publication {
        try hub.publish(try hub.checked(messages, to: topic), messages, in: transaction)
    }

    /// Has what a transaction published delivered; to be called when the transaction is stored.
    public func announce(_ publication: Publication) {
        hub.announce(publication)
    }
}

// Receiving.
extension PubSub {
    /// Up to `limit` messages of a pull subscription, each for its ack deadline the caller's; waits for the first of
    /// them, a minute at most.
    public func pull(_ subscription: String, limit: Int, wait: Duration = .zero) async throws -> [ReceivedMessage] {
        guard (1...1000).contains(limit) else {
            throw PubSubError.invalid("a pull takes 1 to 1000 messages", field: "maxMessages")
        }
        return try await hub.subscriber(subscription).pull(limit, wait: min(max(wait, .zero), .seconds(60)))
    }

    /// Acknowledges pulled messages; that is stored when this returns.
    ///
    /// - Returns: how many counted. A message that was sent again since, because its deadline was over, is the newer
    ///   receiver's; one that has ended stays ended.
    public func acknowledge(_ subscription: String, ackIDs: [String]) async throws -> Int {
        let subscriber = try hub.subscriber(subscription)
        return try await subscriber.acknowledge(try parse(ackIDs))
    }

    /// Gives pulled messages so many seconds more, counted from now; 0 gives them back.
    ///
    /// - Returns: how many were still the receiver's.
    public func modifyAckDeadline(_ subscription: String, ackIDs: [String], seconds: Int) async throws -> Int {
        let subscriber = try hub.subscriber(subscription)
        return try subscriber.modifyAckDeadline(try parse(ackIDs), seconds: seconds)
    }

    private func parse(_ ackIDs: [String]) throws -> [AckID] {
        guard (1...10_000).contains(ackIDs.count) else {
            throw PubSubError.invalid("give 1 to 10000 ack ids", field: "ackIds")
        }
        return try ackIDs.map { text in
            guard let id = AckID(text) else {
                throw PubSubError.invalid(
                    "\(text.debugDescription) is not an ack id that a pull gave", field: "ackIds")
            }
            return id
        }
    }
}
