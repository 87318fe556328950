import Datastore
import Synchronization

// Pulling.
extension Subscriber {
    /// Up to so many messages, each leased for the ack deadline; waits for the first one until then.
    func pull(_ limit: Int, wait: Duration) async throws -> [ReceivedMessage] {
        try checkPullable()
        let deadline = hub.clock.uptime() + wait
        // The first look brings the window up to date, whatever the wait.
        var hasWaited = false
        while true {
            let received = try await take(limit)
            guard received.isEmpty else { return received }
            guard !hasWaited || hub.clock.uptime() < deadline, !Task.isCancelled, hub.isRunning else { return [] }
            await waitForMessages(until: deadline)
            hasWaited = true
            try checkPullable()
        }
    }

    private func checkPullable() throws {
        let (subscription, isDeleted) = state.withLock { ($0.record.subscription, $0.isDeleted) }
        guard !isDeleted else { throw PubSubError.missing(.subscriptions, id) }
        guard !subscription.detached else {
            throw PubSubError(.failedPrecondition, "the subscription \(id) is detached from its topic")
        }
        guard subscription.pushConfig == nil else {
            throw PubSubError(.failedPrecondition, "the subscription \(id) is pushed: it cannot be pulled")
        }
        guard hub.isRunning else {
            throw PubSubError(.unavailable, "messages are not delivered yet, or no more: try again")
        }
    }

    private func take(_ limit: Int) async throws -> [ReceivedMessage] {
        let (taken, record) = state.withLock { state in
            state.lastUse = hub.clock.now()
            let now = hub.clock.uptime()
            expire(&state, now)
            guard !state.isPaused, state.backlog != nil else { return ([DeliveryQueue.Taken](), state.record) }
            let deadline = now + hub.timing.ackSecond * state.record.subscription.ackDeadlineSeconds
            return (state.queue.take(limit, until: deadline), state.record)
        }
        guard !taken.isEmpty else { return [] }
        // The leases' ends need an alarm.
        kick()
        let messages: [StoredMessage?]
        do {
            messages = try await fitting(taken)
        } catch {
            putBack(taken)
            throw error
        }
        putBack(taken.dropFirst(messages.count))
        return zip(taken, messages).compactMap { delivery, message in
            guard let message else {
                dropPulled(delivery)
                return nil
            }
            let ackID = AckID(
                queue: queue, seeks: record.seeks, sequence: delivery.sequence, lease: delivery.lease)
            return ReceivedMessage(
                ackID: ackID.text, messageID: message.id, message: message.message, publishTime: message.publishTime,
                deliveryAttempt: record.subscription.deadLetterPolicy == nil ? nil : delivery.attempt)
        }
    }

    /// What a pull gives at most, in bytes of messages, though always one message: more would have to be held in
    /// memory until the client has taken it.
    static let pullSize = 10 * 1024 * 1024

    /// The messages of as many deliveries as a pull may give; nil in the place of those that are not there any more.
    private func fitting(_ taken: [DeliveryQueue.Taken]) async throws -> [StoredMessage?] {
        var found: [StoredMessage?] = []
        var size = 0
        // How many the next read may bring, by the size of those before.
        var count = 16
        while found.count < taken.count {
            for message in try await messages(Array(taken[found.count...].prefix(count))) {
                size += message?.message.size ?? 0
                guard found.isEmpty || size <= Self.pullSize else { return found }
                found.append(message)
            }
            count = max(1, min(1_000, (Self.pullSize - size) / max(1, size / found.count)))
        }
        return found
    }

    private func putBack(_ taken: some Collection<DeliveryQueue.Taken>) {
        guard !taken.isEmpty else { return }
        state.withLock { state in
            for delivery in taken { state.queue.putBack(delivery) }
        }
        kick()
    }

    /// Ends a delivery whose message is not there any more.
    private func dropPulled(_ delivery: DeliveryQueue.Taken) {
        state.withLock { state in
            guard state.queue.beginSettling(delivery.sequence, lease: delivery.lease) else { return }
            add(.ended(delivery.sequence, nil), &state)
        }
    }

    private func waitForMessages(until deadline: Duration) async {
        let number = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard !Task.isCancelled, hub.isRunning, !state.isPaused else { return false }
                    state.waiters[number] = Waiter(deadline: deadline, continuation: continuation)
                    return true
                }
                if waits { kick() } else { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.continuation.resume()
        }
    }

    /// Under the lock.
    func resumeAllWaiters(_ state: inout State) {
        for waiter in state.waiters.values { waiter.continuation.resume() }
        state.waiters = [:]
    }

    // MARK: Acknowledging

    /// Acknowledges messages, durably on return; gives how many of the ids counted. One whose message was sent again
    /// since, or has ended, does not.
    func acknowledge(_ ids: [AckID]) async throws -> Int {
        let sequences = begin(ids)
        defer { endSteps() }
        var rest = sequences[...]
        var count = 0
        do {
            while !rest.isEmpty {
                count += try await end(Array(rest.prefix(Datastore.lookupLimit)))
                rest = rest.dropFirst(Datastore.lookupLimit)
            }
            return count
        } catch {
            state.withLock { state in
                for sequence in rest { state.queue.endSettling(sequence, now: hub.clock.uptime(), wait: .zero) }
            }
            kick()
            throw error
        }
    }

    /// Begins a step that ends deliveries; gives the numbers of those that may end.
    private func begin(_ ids: [AckID]) -> [Int64] {
        state.withLock { state in
            state.ends += 1
            state.lastUse = hub.clock.now()
            guard !state.isPaused else { return [] }
            return ids.filter { isOwn($0, state) }.compactMap { id in
                let begins =
                    state.queue.entries[id.sequence] == nil
                    ? state.queue.beginSettling(id.sequence)
                    : state.queue.beginSettling(id.sequence, lease: id.lease)
                return begins ? id.sequence : nil
            }
        }
    }

    private func endSteps() {
        state.withLock { state in
            state.ends -= 1
            state.resumeIdleWaiters()
        }
    }

    private func end(_ sequences: [Int64]) async throws -> Int {
        let stored = try await hub.datastore.lookup(sequences.map { Keys.delivery($0, queue: queue) })
        let there = zip(sequences, stored).filter { $0.1 != nil }.map(\.0)
        let messages = try await messages(there)
        let shares = messages.map { $0.flatMap(share) }
        try await hub.datastore.commit(zip(there, shares).flatMap { ending($0, $1) })
        for message in messages {
            if let message { metrics.acknowledged(nil, age: hub.clock.now().since(message.publishTime)) }
        }
        forget(there)
        state.withLock { state in
            // Those that were not there are not counted as waiting either.
            for sequence in sequences { state.queue.remove(sequence) }
        }
        await hub.clear(hub.release(shares.compactMap { $0 }, log: log), log: log)
        return there.count
    }

    private func isOwn(_ id: AckID, _ state: State) -> Bool {
        id.queue == queue && id.seeks == state.record.seeks
    }

    /// Gives leases so much time from now; none gives the messages back at once. Gives how many of the ids counted.
    func modifyAckDeadline(_ ids: [AckID], seconds: Int) throws -> Int {
        guard (0...600).contains(seconds) else {
            throw PubSubError.invalid(
                "ackDeadlineSeconds is from 0 to 600, not \(seconds)", field: "ackDeadlineSeconds")
        }
        let now = hub.clock.uptime()
        let count = state.withLock { state in
            state.lastUse = hub.clock.now()
            return ids.filter { isOwn($0, state) }.count { id in
                guard seconds == 0 else {
                    let until = now + hub.timing.ackSecond * seconds
                    return state.queue.extend(id.sequence, lease: id.lease, until: until)
                }
                let delay = Self.delay(state.record.subscription)
                guard let failure = state.queue.fail(id.sequence, lease: id.lease, now: now, delay: delay) else {
                    return false
                }
                metrics.count(.returned)
                note(failure, &state)
                return true
            }
        }
        kick()
        return count
    }
}
