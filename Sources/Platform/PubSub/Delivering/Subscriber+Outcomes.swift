import Datastore
import DequeModule
import Logging
import Synchronization

// From an answer, or the end of a lease, to what is stored of it.
extension Subscriber {
    /// The wait before a message is sent again.
    static func delay(_ subscription: Subscription) -> (Int) -> Duration {
        let backoff: Backoff
        if let policy = subscription.retryPolicy {
            backoff = Backoff(least: policy.minimumBackoff, most: policy.maximumBackoff)
        } else if subscription.pushConfig != nil {
            // A single message that is always refused must not take the endpoint's time.
            backoff = Backoff(least: PushFlow.firstPause, most: PushFlow.longestPause)
        } else {
            return { _ in .zero }
        }
        return backoff.delay
    }

    /// Ends leases and waits that are over; under the lock.
    func expire(_ state: inout State, _ now: Duration) {
        let failures = state.queue.expire(now: now, delay: Self.delay(state.record.subscription))
        for failure in failures {
            metrics.count(.expired)
            note(failure, &state)
        }
    }

    /// Has a failure stored, where it counts; under the lock.
    func note(_ failure: DeliveryQueue.Failure, _ state: inout State) {
        guard !state.isPaused else { return }
        let subscription = state.record.subscription
        if let policy = subscription.deadLetterPolicy, failure.failures >= policy.maxDeliveryAttempts {
            guard state.queue.beginSettling(failure.sequence) else { return }
            add(.exhausted(failure.sequence, attempts: failure.failures), &state)
        } else if subscription.deadLetterPolicy != nil || subscription.retryPolicy != nil {
            add(
                .failed(
                    StoredDelivery(
                        sequence: failure.sequence, orderingKey: failure.orderingKey, failures: failure.failures)),
                &state)
        }
    }

    /// Has an outcome stored; under the lock.
    func add(_ outcome: Outcome, _ state: inout State) {
        state.outcomes.append(outcome)
        guard !state.isSettling else { return }
        state.isSettling = true
        Task { await settle() }
    }

    private static let batch = 500

    /// Stores outcomes, all that wait at once: while one batch is being stored the next one gathers.
    private func settle() async {
        // The messages that a batch freed go with the next one; behind the last one, alone.
        var freed: [Mutation] = []
        while true {
            let batch = state.withLock { state in
                let batch = Array(state.outcomes.prefix(Self.batch))
                state.outcomes.removeFirst(batch.count)
                if batch.isEmpty, freed.isEmpty {
                    state.isSettling = false
                    state.resumeIdleWaiters()
                }
                return batch
            }
            if batch.isEmpty, freed.isEmpty { return kick() }
            if batch.isEmpty {
                await hub.clear(freed, log: log)
                freed = []
                continue
            }
            do {
                freed = try await store(batch, with: freed)
            } catch {
                // What was acknowledged is not sent again meanwhile: it stays what it is in memory.
                hub.logger.error(
                    "outcomes of deliveries not stored, trying again",
                    metadata: ["subscription": "\(id)", "count": "\(batch.count)", "error": "\(error)"])
                guard requeue(batch) else { return hub.flagForSweep(log) }
                await hub.clock.sleep(hub.clock.uptime() + hub.timing.retryAfter)
            }
        }
    }

    /// Puts a batch back that was not stored; false when there is no more use in it: the queue is being changed
    /// beneath, or the daemon stops. What of it was acknowledged is then sent again.
    private func requeue(_ batch: [Outcome]) -> Bool {
        state.withLock { state in
            guard !state.isPaused, hub.phase.load(ordering: .acquiring) != .stopping else {
                state.outcomes = []
                state.isSettling = false
                state.resumeIdleWaiters()
                return false
            }
            state.outcomes.insert(contentsOf: batch, at: 0)
            return true
        }
    }

    /// Stores outcomes, and other changes with them; gives those that the outcomes free.
    private func store(_ batch: [Outcome], with others: [Mutation]) async throws -> [Mutation] {
        var endings: [Mutation] = []
        var ended: [Int64] = []
        var shares: [MessageShare] = []
        var failed: [StoredDelivery] = []
        for case .ended(let sequence, let share) in batch {
            endings += ending(sequence, share)
            ended.append(sequence)
            if let share { shares.append(share) }
        }
        for case .failed(let delivery) in batch { failed.append(delivery) }
        // Failures first: of a delivery that failed and then ended, the end is the last word.
        try await write(failed)
        try await hub.datastore.commit(endings + hub.due(others, log: log))
        forget(ended)
        for case .exhausted(let sequence, let attempts) in batch { await forward(sequence, attempts) }
        return hub.release(shares, log: log)
    }

    /// Forgets deliveries whose end is stored.
    func forget(_ sequences: [Int64]) {
        guard !sequences.isEmpty else { return }
        state.withLock { state in
            for sequence in sequences { state.queue.remove(sequence) }
            if let backlog = state.backlog { state.backlog = max(0, backlog - sequences.count) }
        }
        // Behind one of them, others of its ordering key may have waited.
        if isOrdered { kick() }
    }

    /// Stores failures, for which the disk may have no room: they count in memory all the same, and acknowledgements,
    /// which make room, do not wait behind them.
    private func write(_ failed: [StoredDelivery]) async throws {
        guard !failed.isEmpty else { return }
        do {
            try await hub.datastore.transaction { [queue] transaction in
                for delivery in failed
                where try transaction.get(Keys.delivery(delivery.sequence, queue: queue)) != nil {
                    try transaction.put(delivery.entity(queue: queue))
                }
            }
        } catch let error as DatastoreError where error.code == .diskFull {
            hub.logger.debug(
                "failures of deliveries not stored", metadata: ["subscription": "\(id)", "error": "\(error)"])
        }
    }

    // MARK: Dead letters

    /// Publishes a message that was sent too often to the dead-letter topic and ends its delivery, in one transaction.
    private func forward(_ sequence: Int64, _ attempts: Int) async {
        do {
            guard let policy = subscription.deadLetterPolicy else { return takeBack(sequence) }
            guard let stored = try await messages([sequence]).first ?? nil else {
                try await hub.datastore.commit(ending(sequence, nil))
                return forget([sequence])
            }
            let topic = try hub.topic(policy.deadLetterTopic)
            let copy = deadLetter(stored, attempts)
            let share = share(in: stored)
            let isAlone = share.map { hub.frees($0, log: log) } ?? false
            let publication = try await hub.datastore.transaction { [hub, queue, log] transaction -> Publication? in
                guard try transaction.get(Keys.delivery(sequence, queue: queue)) != nil else { return nil }
                let publication = try hub.publish(topic, [copy], in: transaction)
                try transaction.delete(Keys.delivery(sequence, queue: queue))
                if isAlone { try transaction.delete(Keys.message(sequence, log: log)) }
                return publication
            }
            if let publication {
                hub.announce(publication)
                metrics.count(.deadLettered)
            }
            forget([sequence])
            await hub.clear(hub.release(share.map { [$0] } ?? [], log: log), log: log)
        } catch {
            hub.logger.warning(
                "a message was not moved to the dead-letter topic",
                metadata: ["subscription": "\(id)", "messageId": "\(sequence)", "error": "\(error)"])
            takeBack(sequence)
        }
    }

    /// Lets a delivery be sent again whose end could not be stored.
    private func takeBack(_ sequence: Int64) {
        state.withLock { state in
            let wait = max(hub.timing.retryAfter, Self.delay(state.record.subscription)(1))
            state.queue.endSettling(sequence, now: hub.clock.uptime(), wait: wait)
        }
        kick()
    }

    private func deadLetter(_ stored: StoredMessage, _ attempts: Int) -> PubSubMessage {
        var copy = stored.message
        copy.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] = String(attempts)
        copy.attributes["CloudPubSubDeadLetterSourceSubscription"] = id
        copy.attributes["CloudPubSubDeadLetterSourceSubscriptionProject"] = hub.names.project
        copy.attributes["CloudPubSubDeadLetterSourceTopicPublishTime"] = stored.publishTime.rfc3339
        return copy
    }
}
