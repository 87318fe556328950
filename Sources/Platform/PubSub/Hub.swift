import Datastore
import Logging
import Synchronization

/// What all of Pub/Sub's parts share: the store, and who is there.
final class Hub: Sendable {
    /// Who is there, as it is stored.
    struct Registry: Sendable {
        var topics: [String: TopicRecord] = [:]
        var subscribers: [String: Subscriber] = [:]
        /// The subscribers of each log.
        var byLog: [Int64: [Subscriber]] = [:]
        /// The logs whose messages outlive their last acknowledgement.
        var keeping: Set<Int64> = []
        /// The logs and queues that are to come here when they are stored. One that is removed first is not among them
        /// any more: changes are stored in one order, and their tasks go on in another.
        var expected: Set<Int64> = []
    }

    enum Phase: Int, AtomicRepresentable, Sendable {
        case idle
        case running
        case stopping
    }

    let datastore: Datastore
    /// The same for changes that make room, or let others make it: they go on while stores are refused.
    let essential: Datastore
    let numbers: Numbers
    /// Deliveries of this run have greater numbers.
    let firstSequence: Int64
    let holds = MessageHolds()
    let recent = RecentMessages()
    let names: ResourceName
    let clock: PubSubClock
    let timing: PubSubTiming
    let shutdownTimeout: Mutex<Duration>
    let sender: PushSender
    let gate: PushGate
    let metrics: PubSubMetrics
    let logger: Logger
    let registry = Mutex(Registry())
    let phase = Atomic(Phase.idle)
    /// The logs in which messages may be left that nobody holds.
    let unswept = Mutex<Set<Int64>>([])

    init(
        datastore: Datastore, project: String, clock: PubSubClock, timing: PubSubTiming, sender: PushSender,
        gate: PushGate, metrics: PubSubMetrics, logger: Logger
    ) async throws {
        self.datastore = datastore
        essential = datastore.essential
        numbers = try await Numbers(datastore: datastore, now: clock.now())
        firstSequence = numbers.pass()
        names = ResourceName(project: project)
        self.clock = clock
        self.timing = timing
        shutdownTimeout = Mutex(timing.shutdownTimeout)
        self.sender = sender
        self.gate = gate
        self.metrics = metrics
        self.logger = logger
    }

    var isRunning: Bool { phase.load(ordering: .acquiring) == .running }

    func subscribers(of log: Int64) -> [Subscriber] {
        registry.withLock { $0.byLog[log] ?? [] }
    }

    var allSubscribers: [Subscriber] { registry.withLock { Array($0.subscribers.values) } }

    func subscriber(_ name: String) throws -> Subscriber {
        let id = try names.id(name, .subscriptions)
        guard let subscriber = registry.withLock({ $0.subscribers[id] }) else {
            throw PubSubError.missing(.subscriptions, id)
        }
        return subscriber
    }

    func topic(_ name: String) throws -> TopicRecord {
        let id = try names.id(name, .topics)
        guard let topic = registry.withLock({ $0.topics[id] }) else { throw PubSubError.missing(.topics, id) }
        return topic
    }

    /// Whether messages of a log outlive their last acknowledgement.
    func keepsMessages(_ log: Int64) -> Bool { registry.withLock { $0.keeping.contains(log) } }

    /// Before which messages of a log are not kept for a seek.
    func keptSince(_ log: Int64) -> Timestamp {
        let topics = registry.withLock { registry in
            registry.topics.values.filter { $0.log == log }.compactMap(\.topic.messageRetentionDuration)
        }
        let keeping = subscribers(of: log).map(\.subscription).filter(\.retainAckedMessages)
        guard let longest = (topics + keeping.map(\.messageRetentionDuration)).max() else { return .latest }
        return clock.now().advanced(by: .zero - longest)
    }

    /// Whether the end of a delivery is to delete its message with it: it went into no other queue, nor is it kept.
    func frees(_ share: MessageShare, log: Int64) -> Bool { share.count == 1 && !keepsMessages(log) }

    /// Notes deliveries whose end is stored, of messages of one log; gives the changes that delete those messages that
    /// went into several queues and that nobody holds any more.
    func release(_ shares: [MessageShare], log: Int64) -> [Mutation] {
        let freed = shares.filter { share in
            guard share.count > 1 else { return false }
            let release = holds.release(share.sequence, by: share.index)
            if release == .unknown { flagForSweep(log) }
            return release == .last
        }
        return freed.map { .delete(Keys.message($0.sequence, log: log)) }
    }

    /// Those of such changes that are to be done now: none where messages are kept since.
    func due(_ freed: [Mutation], log: Int64) -> [Mutation] { keepsMessages(log) ? [] : freed }

    /// Deletes messages that nobody holds; what fails is left to the sweep.
    func clear(_ freed: [Mutation], log: Int64) async {
        let due = due(freed, log: log)
        guard !due.isEmpty else { return }
        do { try await datastore.commit(due) } catch { flagForSweep(log) }
    }

    /// Has a log swept in which messages may be left that nobody holds.
    func flagForSweep(_ log: Int64) { unswept.withLock { _ = $0.insert(log) } }

    func takeUnswept() -> Set<Int64> {
        unswept.withLock { logs in
            defer { logs = [] }
            return logs
        }
    }

    /// All of a query's entities, page by page.
    func all(_ query: Query) async throws -> [StoredEntity] {
        var query = query
        var found: [StoredEntity] = []
        while true {
            let batch = try await datastore.run(query)
            found += batch.results.map(\.stored)
            guard batch.more == .notFinished, let cursor = batch.endCursor else { return found }
            query.start = cursor
        }
    }
}
