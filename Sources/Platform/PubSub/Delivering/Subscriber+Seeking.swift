import Datastore
import DequeModule
import Logging
import Synchronization

// Changes of the stored queue beneath the window, and the end.
extension Subscriber {
    /// Takes over a changed record, unless a newer one was faster.
    func update(_ record: SubscriptionRecord) {
        state.withLock { state in
            guard record.revision > state.record.revision else { return }
            if record.subscription.pushConfig != state.record.subscription.pushConfig {
                state.flow.restart()
                state.lastFailure = nil
            }
            state.record = record
            retainsAcked.store(record.subscription.retainAckedMessages, ordering: .releasing)
            isDetached.store(record.subscription.detached, ordering: .releasing)
            resumeAllWaiters(&state)
        }
    }

    /// Sends nothing from now on.
    func close(isDeleted: Bool) {
        if !isDeleted { hub.registry.withLock { $0.detach(self) } }
        state.withLock { state in
            state.isPaused = true
            state.isDeleted = isDeleted
            state.queue.reset()
            state.outcomes = []
            state.backlog = 0
            resumeAllWaiters(&state)
        }
        metrics.set(backlog: 0, oldest: .zero)
    }

    /// Goes on as if all published before a time were acknowledged, and nothing since.
    func seek(to time: Timestamp) async throws {
        let isDetached = subscription.detached
        guard !isDetached else {
            throw PubSubError(.failedPrecondition, "the subscription \(id) is detached from its topic")
        }
        let begins = state.withLock { state in
            defer { state.isPaused = true }
            return !state.isPaused
        }
        guard begins else { throw PubSubError(.aborted, "the subscription \(id) is being sought: try again later") }
        defer { resume() }
        await settled()
        // Acknowledgements of what was pulled before are void from here on.
        update(try await hub.change(id, queue: queue) { $0.seeks += 1 })
        try await discard { $0.publishTime < time }
        try await replay(from: time)
        let count = try await hub.datastore.count(deliveries)
        state.withLock { $0.backlog = count }
    }

    private func resume() {
        state.withLock { state in
            guard !state.isDeleted, !state.record.subscription.detached else { return }
            state.queue.reset()
            state.isPaused = false
        }
        kick()
    }

    /// Waits until what was acknowledged before is stored.
    func settled() async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                if state.isBusy { state.idleWaiters.append(continuation) }
                return !state.isBusy
            }
            if isSettled { continuation.resume() }
        }
    }

    private static let page = 500

    /// Ends the stored deliveries of messages, the oldest first, until a page has none of them; gives how many.
    @discardableResult
    func discard(_ isDiscarded: (StoredMessage) -> Bool) async throws -> Int {
        var position: Int64 = 0
        var total = 0
        while true {
            // Mostly there is none, which the first tells.
            let query = deliveries(behind: position, limit: position == 0 ? 1 : Self.page, keysOnly: true)
            let sequences = try await hub.datastore.run(query).results.compactMap(\.stored.key.id)
            guard let last = sequences.last else { return total }
            position = last
            let messages = try await messages(sequences)
            let doomed = zip(sequences, messages).filter { $0.1.map(isDiscarded) ?? true }
            guard !doomed.isEmpty else { return total }
            total += try await end(doomed.map { ($0.0, $0.1) })
        }
    }

    /// Ends deliveries, whatever is out of them.
    private func end(_ doomed: [(sequence: Int64, message: StoredMessage?)]) async throws -> Int {
        let begun = state.withLock { state in
            doomed.filter { state.queue.beginSettling($0.sequence) }
        }
        let shares = begun.map { $0.message.flatMap(share) }
        do {
            try await hub.datastore.commit(zip(begun, shares).flatMap { ending($0.sequence, $1) })
        } catch {
            state.withLock { state in
                for delivery in begun {
                    state.queue.endSettling(delivery.sequence, now: hub.clock.uptime(), wait: .zero)
                }
            }
            throw error
        }
        forget(begun.map(\.sequence))
        await hub.clear(hub.release(shares.compactMap { $0 }, log: log), log: log)
        return begun.count
    }

    /// Stores deliveries anew of what is kept and was published at or after a time, the newest first.
    private func replay(from time: Timestamp) async throws {
        let record = record
        let topicKeeps = hub.registry.withLock { registry in
            registry.topics.values.contains { $0.log == log && $0.topic.messageRetentionDuration != nil }
        }
        guard topicKeeps || record.subscription.retainAckedMessages else { return }
        var query = Query(
            kind: Keys.messageKind, namespace: Key.platformNamespace, ancestor: Keys.log(log),
            orders: [PropertyOrder(Query.keyProperty, .descending)], limit: 200)
        while true {
            let batch = try await hub.datastore.run(query)
            let found = batch.entities.compactMap(StoredMessage.init)
            let wanted = found.filter { message in
                message.publishTime >= time
                    && (message.queues.contains(queue) || topicKeeps && receives(message.message.attributes))
            }
            try await redeliver(wanted)
            guard let cursor = batch.endCursor, found.contains(where: { $0.publishTime >= time }), batch.more != .none
            else { return }
            query.start = cursor
        }
    }

    private func redeliver(_ messages: [StoredMessage]) async throws {
        // From here on nobody is the last to let go of them.
        for message in messages {
            hub.holds.forget(message.sequence)
            hub.recent.forget(message.sequence)
        }
        if messages.contains(where: { $0.queues.count > 1 || !$0.queues.contains(queue) }) { hub.flagForSweep(log) }
        let deliveries = messages.map(delivery)
        try await hub.datastore.transaction { [queue, log] transaction in
            for delivery in deliveries {
                let key = Keys.message(delivery.sequence, log: log)
                guard var message = try transaction.get(key).flatMap(StoredMessage.init),
                    try transaction.get(Keys.delivery(delivery.sequence, queue: queue)) == nil
                else { continue }
                try transaction.put(delivery.entity(queue: queue))
                guard !message.queues.contains(queue) else { continue }
                message.queues.append(queue)
                try transaction.put(message.entity(log: log))
            }
        }
    }

    /// When the oldest message was published that is not acknowledged.
    func oldest() async throws -> Timestamp? {
        let query = deliveries(behind: 0, limit: 1, keysOnly: true)
        guard let sequence = try await hub.datastore.run(query).results.first?.stored.key.id else { return nil }
        return try await messages([sequence]).first??.publishTime
    }
}
