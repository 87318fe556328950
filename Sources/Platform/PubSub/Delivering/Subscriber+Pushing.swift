import Datastore
import Logging
import Synchronization

// Pushing.
extension Subscriber {
    /// Sends what was taken, each delivery in a task of its own.
    func dispatch(_ taken: [DeliveryQueue.Taken], _ config: PushConfig, _ ackDeadline: Duration) async {
        var messages: [StoredMessage?] = []
        let isRead = await retrying("messages were not read") { messages = try await self.messages(taken) }
        guard isRead else {
            state.withLock { state in
                for delivery in taken { state.queue.putBack(delivery) }
                state.flow.unsent(taken.count)
            }
            return hub.gate.giveBack(taken.count)
        }
        for (delivery, message) in zip(taken, messages) {
            guard let message else {
                drop(delivery)
                continue
            }
            state.withLock { state in
                // Within the lock: the task's own end looks for itself here.
                state.pushes[delivery.lease] = Task { await self.push(delivery, message, config, ackDeadline) }
            }
        }
    }

    /// Ends a delivery whose message is not there any more.
    private func drop(_ delivery: DeliveryQueue.Taken) {
        state.withLock { state in
            state.flow.unsent(1)
            guard state.queue.beginSettling(delivery.sequence, lease: delivery.lease) else { return }
            add(.ended(delivery.sequence, nil), &state)
        }
        hub.gate.giveBack(1)
    }

    private func push(
        _ delivery: DeliveryQueue.Taken, _ message: StoredMessage, _ config: PushConfig, _ ackDeadline: Duration
    ) async {
        let hasPolicy = subscription.deadLetterPolicy != nil
        let request = PushRequest(
            stored: message, subscription: hub.names.full(.subscriptions, id),
            attempt: hasPolicy ? delivery.attempt : nil, noWrapper: config.noWrapper)
        let result = await hub.sender.send(request, to: config, within: ackDeadline)
        hub.gate.giveBack(1)
        finish(delivery, message, result)
        kick()
    }

    private func finish(_ delivery: DeliveryQueue.Taken, _ message: StoredMessage, _ result: PushResult) {
        let now = hub.clock.uptime()
        state.withLock { state in
            state.pushes[delivery.lease] = nil
            guard case .acknowledged(let latency) = result else {
                return fail(delivery, result, &state, now)
            }
            metrics.acknowledged(latency, age: hub.clock.now().since(message.publishTime))
            state.flow.succeeded()
            state.lastUse = hub.clock.now()
            guard !state.isPaused, state.queue.beginSettling(delivery.sequence, lease: delivery.lease) else { return }
            add(.ended(delivery.sequence, share(in: message)), &state)
        }
    }

    /// Under the lock.
    private func fail(
        _ delivery: DeliveryQueue.Taken, _ result: PushResult, _ state: inout State, _ now: Duration
    ) {
        let subscription = state.record.subscription
        // A push that the daemon's own end cut off is no failure of the endpoint.
        guard hub.phase.load(ordering: .acquiring) != .stopping else {
            state.flow.unsent(1)
            return state.queue.putBack(delivery)
        }
        let failure = PushFailure(result, time: hub.clock.now())
        metrics.count(Self.kind(of: result))
        if state.flow.failedRounds == 0 || state.lastFailure?.status != failure.status {
            hub.logger.warning(
                "a push failed", metadata: ["subscription": "\(id)", "reason": "\(failure.message)"])
        }
        state.lastFailure = failure
        state.flow.failed(now: now, pauses: subscription.retryPolicy == nil)
        let note = state.queue.fail(
            delivery.sequence, lease: delivery.lease, now: now, delay: Self.delay(subscription))
        if let note { self.note(note, &state) }
    }

    private static func kind(of result: PushResult) -> DeliveryResult {
        switch result {
        case .acknowledged: .acknowledged
        case .rejected: .rejected
        case .failed(.timedOut, _): .timedOut
        case .failed(.unreachable, _): .unreachable
        case .failed(.noToken, _): .noToken
        }
    }

    /// Lets the pushes that are out end within a time, and ends them then.
    func drain(until deadline: ContinuousClock.Instant) async {
        let tasks = state.withLock { state in
            resumeAllWaiters(&state)
            state.alarm?.task.cancel()
            state.alarm = nil
            return Array(state.pushes.values)
        }
        let watchdog = Task {
            try await Task.sleep(until: deadline)
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        watchdog.cancel()
    }
}

extension PushFailure {
    fileprivate init(_ result: PushResult, time: Timestamp) {
        switch result {
        case .acknowledged: self.init(time: time, status: nil, message: "")
        case .rejected(let status, let message): self.init(time: time, status: status, message: message)
        case .failed(_, let message): self.init(time: time, status: nil, message: message)
        }
    }
}
