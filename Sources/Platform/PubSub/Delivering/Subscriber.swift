import Datastore
import DequeModule
import Synchronization

/// One subscription at work: its window of deliveries, what of it is out, and what is to be stored about it.
///
/// It acts when something happens: an arrival, an answer, a pull, an alarm. Each calls `kick`, and one task at a time
/// does what is to be done then. Nothing runs for a subscription at which nothing happens.
final class Subscriber: Sendable {
    /// What a window holds at most, all phases together.
    static let capacity = 20_000

    /// What is to be stored about a delivery that was sent.
    enum Outcome: Sendable {
        /// It has ended; the message too, when nobody else has it. Nil: there is no message.
        case ended(Int64, MessageShare?)
        /// It was sent in vain.
        case failed(StoredDelivery)
        /// It was sent in vain too often.
        case exhausted(Int64, attempts: Int)
    }

    struct State: Sendable {
        var record: SubscriptionRecord
        var queue: DeliveryQueue
        var flow: PushFlow
        var outcomes: Deque<Outcome> = []
        var isSettling = false
        var isTurning = false
        var hasNews = false
        var alarm: (time: Duration, task: Task<Void, Never>)?
        var waiters: [Int64: Waiter] = [:]
        var nextWaiter: Int64 = 0
        /// Set while the stored queue is changed beneath, and for ever when it is detached or deleted.
        var isPaused = false
        var isDeleted = false
        /// The pushes that are out, by lease.
        var pushes: [Int64: Task<Void, Never>] = [:]
        /// How many deliveries are stored; nil until they were counted.
        var backlog: Int?
        /// What came while they were counted.
        var arrivedUncounted = 0
        /// How many steps are being stored that belong to no batch of outcomes.
        var ends = 0
        /// Those who wait until nothing is being stored.
        var idleWaiters: [CheckedContinuation<Void, Never>] = []
        /// No read of the store before, after one failed.
        var retryAt: Duration?
        var lastFailure: PushFailure?
        var lastUse: Timestamp

        /// Whether something about deliveries is being stored.
        var isBusy: Bool { isSettling || ends > 0 }

        /// Lets those go on who wait until nothing is being stored.
        mutating func resumeIdleWaiters() {
            guard !isBusy else { return }
            for waiter in idleWaiters { waiter.resume() }
            idleWaiters = []
        }
    }

    /// One who waits for messages to pull.
    struct Waiter: Sendable {
        let deadline: Duration
        let continuation: CheckedContinuation<Void, Never>
    }

    let hub: Hub
    let id: String
    let queue: Int64
    let log: Int64
    let filter: MessageFilter
    let isOrdered: Bool
    let metrics: SubscriptionMetrics
    /// The record's `retainAckedMessages` and `detached`, for those who hold the registry's lock: the subscriber's own
    /// is taken before that one, never after.
    let retainsAcked: Atomic<Bool>
    let isDetached: Atomic<Bool>
    let state: Mutex<State>

    init(_ record: SubscriptionRecord, hub: Hub, pushLimit: Int, isNew: Bool, lastUse: Timestamp) throws {
        self.hub = hub
        id = record.subscription.id
        queue = record.queue
        log = record.log
        filter = try MessageFilter(parsing: record.subscription.filter)
        isOrdered = record.subscription.enableMessageOrdering
        metrics = hub.metrics.subscription(record.subscription.id)
        retainsAcked = Atomic(record.subscription.retainAckedMessages)
        isDetached = Atomic(record.subscription.detached)
        var state = State(
            record: record,
            queue: DeliveryQueue(capacity: Self.capacity, firstLease: Int64.random(in: 0...(1 << 62))),
            flow: PushFlow(maximum: pushLimit), lastUse: lastUse)
        state.isPaused = record.subscription.detached
        if isNew {
            state.backlog = 0
            state.queue.window.isAtEnd = true
        }
        self.state = Mutex(state)
    }

    var record: SubscriptionRecord { state.withLock { $0.record } }
    var subscription: Subscription { record.subscription }

    func receives(_ attributes: Attributes) -> Bool { filter.matches(attributes) }

    func delivery(of message: StoredMessage) -> StoredDelivery {
        let key = message.message.orderingKey
        return StoredDelivery(sequence: message.sequence, orderingKey: isOrdered && !key.isEmpty ? key : nil)
    }

    /// Takes a publisher's word of what is stored.
    func arrive(_ deliveries: [StoredDelivery]) {
        state.withLock { state in
            if state.backlog == nil { state.arrivedUncounted += deliveries.count }
            state.backlog? += deliveries.count
            guard !state.isPaused else { return }
            for delivery in deliveries { state.queue.arrive(delivery) }
        }
        kick()
    }

    /// Has what is to be done looked at.
    func kick() {
        let starts = state.withLock { state in
            state.hasNews = true
            guard hub.isRunning, !state.isTurning else { return false }
            state.isTurning = true
            return true
        }
        if starts { Task { await turn() } }
    }

    /// Does what is to be done until there is nothing.
    private func turn() async {
        while let step = state.withLock({ nextStep(&$0) }) {
            switch step {
            case .count: await count()
            case .scan(let sequence): await scan(behind: sequence)
            case .push(let taken, let config, let ackDeadline): await dispatch(taken, config, ackDeadline)
            case .again: break
            }
        }
    }

    private enum Step {
        case count
        case scan(Int64)
        case push([DeliveryQueue.Taken], PushConfig, Duration)
        case again
    }

    /// What is to be done next; nil when nothing is, and then an alarm is set for when something may be.
    private func nextStep(_ state: inout State) -> Step? {
        state.hasNews = false
        let now = hub.clock.uptime()
        expire(&state, now)
        if let step = work(&state, now) { return step }
        let isQuiet = !state.hasNews
        resumeWaiters(&state, now)
        setAlarm(&state, now)
        state.isTurning = !isQuiet
        return isQuiet ? nil : .again
    }

    private func work(_ state: inout State, _ now: Duration) -> Step? {
        guard !state.isPaused, hub.isRunning, state.retryAt.map({ $0 <= now }) ?? true else { return nil }
        state.retryAt = nil
        if state.backlog == nil { return .count }
        let config = state.record.subscription.pushConfig
        let wanted = config == nil ? (state.waiters.isEmpty ? 0 : 1_000) : max(500, state.flow.maximum)
        if let sequence = state.queue.beginScan(below: wanted) { return .scan(sequence) }
        guard let config, state.queue.hasReady else { return nil }
        let room = min(state.flow.room(now: now), state.queue.readyCount, 1_000)
        let places = hub.gate.take(room, for: self)
        guard places > 0 else { return nil }
        let taken = state.queue.take(places, until: nil)
        state.flow.sent(taken.count)
        hub.gate.giveBackQuietly(places - taken.count)
        return .push(taken, config, hub.timing.ackSecond * state.record.subscription.ackDeadlineSeconds)
    }

    private func resumeWaiters(_ state: inout State, _ now: Duration) {
        let mayWait = !state.isPaused && hub.isRunning && !state.queue.hasReady
        for (number, waiter) in state.waiters where !mayWait || waiter.deadline <= now {
            state.waiters[number] = nil
            waiter.continuation.resume()
        }
    }

    private func setAlarm(_ state: inout State, _ now: Duration) {
        var times = state.waiters.values.map(\.deadline)
        if let wake = state.queue.wake() { times.append(wake) }
        if state.queue.hasReady, let resumeAt = state.flow.resumeAt, resumeAt > now { times.append(resumeAt) }
        if let retryAt = state.retryAt { times.append(retryAt) }
        guard let time = times.min() else { return }
        // One that rings too early is as good as a new one.
        if let alarm = state.alarm, alarm.time <= time, alarm.time > now { return }
        state.alarm?.task.cancel()
        let task = Task { [weak self, clock = hub.clock] in
            await clock.sleep(time)
            if !Task.isCancelled { self?.kick() }
        }
        state.alarm = (time, task)
    }
}
