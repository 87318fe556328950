import Datastore
import Logging
import Synchronization

/// What is done in the background: ages are measured, old messages given up, unused subscriptions deleted, and what
/// nobody holds is removed. In pieces, so that nobody waits behind it.
final class Cleaner: Sendable {
    /// What was published just before its subscription or topic went may be stored just after.
    static let grace = Duration.seconds(60)
    /// How often a use is stored at most.
    static let useInterval = Duration.seconds(3600)

    let hub: Hub
    private let bell: AsyncStream<Void>
    private let ringer: AsyncStream<Void>.Continuation
    private let storedUses = Mutex<[Int64: Timestamp]>([:])

    init(hub: Hub) {
        self.hub = hub
        (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Has the next cleaning begin at once.
    func ring() { ringer.yield() }

    /// Goes on until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in self.bell { await self.clean() }
            }
            group.addTask { await self.every(self.hub.timing.cleaningInterval) { self.ring() } }
            group.addTask { await self.every(self.hub.timing.gaugeInterval) { await self.measure() } }
            await group.waitForAll()
        }
    }

    private func every(_ interval: Duration, _ body: () async -> Void) async {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: interval)
        }
    }

    /// Measures every subscription's backlog and its oldest message.
    func measure() async {
        for subscriber in hub.allSubscribers where !Task.isCancelled {
            guard let backlog = subscriber.state.withLock({ $0.backlog }) else { continue }
            let oldest = backlog > 0 ? try? await subscriber.oldest() : nil
            subscriber.metrics.set(backlog: backlog, oldest: oldest.map { hub.clock.now().since($0) } ?? .zero)
        }
    }

    /// Does all that is to be done now. What fails is done the next time.
    func clean() async {
        let subscribers = hub.allSubscribers
        let queues = Set(subscribers.map(\.queue))
        storedUses.withLock { uses in uses = uses.filter { queues.contains($0.key) } }
        for subscriber in subscribers where !Task.isCancelled {
            await attempt("old messages were not given up") { try await self.giveUpOld(subscriber) }
            await attempt("the use of a subscription was not looked at") { try await self.expire(subscriber) }
        }
        await attempt("garbage was not removed") { try await self.collect() }
        for log in hub.registry.withLock({ $0.keeping }).union(hub.takeUnswept()) where !Task.isCancelled {
            let isDone = await attempt("a log was not swept") { try await self.sweep(log) }
            if !isDone { hub.flagForSweep(log) }
        }
    }

    @discardableResult
    private func attempt(_ failure: String, _ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            if !Task.isCancelled { hub.logger.warning("\(failure)", metadata: ["error": "\(error)"]) }
            return false
        }
    }

    // MARK: Subscriptions

    /// Gives up what was not acknowledged for too long.
    private func giveUpOld(_ subscriber: Subscriber) async throws {
        let subscription = subscriber.subscription
        let limit = hub.clock.now().advanced(by: .zero - subscription.messageRetentionDuration)
        let count = try await subscriber.discard { subscription.detached || $0.publishTime < limit }
        guard count > 0 else { return }
        subscriber.metrics.count(.discarded, count)
        hub.logger.warning(
            "messages were given up that were not acknowledged for too long",
            metadata: ["subscription": "\(subscriber.id)", "count": "\(count)"])
    }

    /// Deletes a subscription that was not used for too long, and stores when the others were.
    private func expire(_ subscriber: Subscriber) async throws {
        guard let ttl = subscriber.subscription.expirationTTL else { return }
        let lastUse = subscriber.state.withLock { $0.lastUse }
        if hub.clock.now().since(lastUse) > ttl {
            hub.logger.warning(
                "a subscription was not used for too long and is deleted",
                metadata: ["subscription": "\(subscriber.id)"])
            return try await hub.delete(subscriber)
        }
        let stored = storedUses.withLock { $0[subscriber.queue] }
        guard stored.map({ lastUse.since($0) > Self.useInterval }) ?? true else { return }
        try await hub.essential.put(
            Entity(key: Keys.activity(subscriber.queue), properties: ["lastUse": .timestamp(lastUse)]))
        storedUses.withLock { $0[subscriber.queue] = lastUse }
    }

    // MARK: Garbage

    private func collect() async throws {
        for stored in try await hub.all(Query(kind: Keys.garbageKind, namespace: Key.platformNamespace)) {
            guard let garbage = Garbage(stored.entity) else { continue }
            if garbage.isQueue { try await clear(garbage) } else { try await sweep(garbage.log) }
            guard hub.clock.now().since(garbage.time) > Self.grace else { continue }
            try await hub.datastore.delete(Keys.garbage(garbage.number))
        }
    }

    /// Removes all deliveries of a queue without a subscription.
    private func clear(_ garbage: Garbage) async throws {
        let query = Query(
            kind: Keys.deliveryKind, namespace: Key.platformNamespace, ancestor: Keys.queue(garbage.number),
            keysOnly: true, limit: 500)
        while true {
            let sequences = try await hub.datastore.run(query).results.compactMap(\.stored.key.id)
            guard !sequences.isEmpty else { return }
            let messages = try await hub.datastore.lookup(sequences.map { Keys.message($0, log: garbage.log) })
            let shares = messages.compactMap { stored in
                stored.flatMap { StoredMessage($0.entity) }.flatMap { MessageShare(of: garbage.number, in: $0) }
            }
            let freed = shares.filter { hub.frees($0, log: garbage.log) }
            try await hub.datastore.commit(
                sequences.map { .delete(Keys.delivery($0, queue: garbage.number)) }
                    + freed.map { .delete(Keys.message($0.sequence, log: garbage.log)) })
            await hub.clear(hub.release(shares, log: garbage.log), log: garbage.log)
        }
    }

    /// Removes the messages of a log that nobody holds and that are not kept any more.
    private func sweep(_ log: Int64) async throws {
        let limit = hub.keptSince(log)
        var query = Query(
            kind: Keys.messageKind, namespace: Key.platformNamespace, ancestor: Keys.log(log), limit: 100)
        while !Task.isCancelled {
            let batch = try await hub.datastore.run(query)
            let messages = batch.entities.compactMap(StoredMessage.init).filter { $0.publishTime < limit }
            // They lie in the order of time: behind the first that is kept, all are.
            guard !messages.isEmpty, let cursor = batch.endCursor else { return }
            try await hub.datastore.transaction { transaction in
                for message in messages {
                    let isHeld = try message.queues.contains { queue in
                        try transaction.get(Keys.delivery(message.sequence, queue: queue)) != nil
                    }
                    if !isHeld { try transaction.delete(Keys.message(message.sequence, log: log)) }
                }
            }
            query.start = cursor
            if batch.more == .none { return }
        }
    }
}
