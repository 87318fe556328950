import Datastore
import Logging
import Synchronization

// What a subscriber reads from the store.
extension Subscriber {
    private static let scanPage = 1_000

    /// All stored deliveries, in order.
    var deliveries: Query {
        Query(kind: Keys.deliveryKind, namespace: Key.platformNamespace, ancestor: Keys.queue(queue))
    }

    func deliveries(behind sequence: Int64, limit: Int, keysOnly: Bool = false) -> Query {
        var query = deliveries
        if sequence > 0 {
            query.filters = [
                PropertyFilter(
                    Query.keyProperty, .greaterThan, .key(Keys.delivery(sequence, queue: queue)))
            ]
        }
        query.limit = limit
        query.keysOnly = keysOnly
        return query
    }

    /// Counts what former runs left, before the first of it is sent; what this run publishes is counted as it comes.
    func count() async {
        var query = deliveries
        query.filters = [
            PropertyFilter(
                Query.keyProperty, .lessThan, .key(Keys.delivery(hub.firstSequence, queue: queue)))
        ]
        await retrying("the backlog was not counted") {
            let count = try await hub.datastore.count(query)
            state.withLock { state in
                state.backlog = count + state.arrivedUncounted
                state.arrivedUncounted = 0
            }
        }
    }

    /// Brings the next deliveries into the window.
    func scan(behind sequence: Int64) async {
        let isDone = await retrying("the queue was not read") {
            let batch = try await hub.datastore.run(deliveries(behind: sequence, limit: Self.scanPage))
            let found = batch.entities.compactMap(StoredDelivery.init)
            let reachedEnd = batch.more == .none || batch.results.isEmpty
            state.withLock { state in
                state.queue.endScan(found, reachedEnd: reachedEnd)
                // Where everything is in memory, the count can be put right.
                if state.queue.isWhole, state.backlog != nil { state.backlog = state.queue.entries.count }
            }
        }
        if !isDone { state.withLock { $0.queue.endScan(nil, reachedEnd: false) } }
    }

    /// The messages of deliveries, nil for those that are not there any more, nor their delivery where that was in
    /// doubt.
    func messages(_ taken: [DeliveryQueue.Taken]) async throws -> [StoredMessage?] {
        let found = try await messages(taken.map(\.sequence))
        let doubtful = taken.filter(\.isDoubtful).map(\.sequence)
        guard !doubtful.isEmpty else { return found }
        let stored = try await hub.datastore.lookup(doubtful.map { Keys.delivery($0, queue: queue) })
        let gone = Set(zip(doubtful, stored).filter { $0.1 == nil }.map(\.0))
        return found.map { message in message.flatMap { gone.contains($0.sequence) ? nil : $0 } }
    }

    /// The messages of at most 1,000 numbers.
    func messages(_ sequences: [Int64]) async throws -> [StoredMessage?] {
        var messages = hub.recent.find(sequences)
        let missing = messages.indices.filter { messages[$0] == nil }
        guard !missing.isEmpty else { return messages }
        let stored = try await hub.datastore.lookup(missing.map { Keys.message(sequences[$0], log: log) })
        for (index, stored) in zip(missing, stored) { messages[index] = stored.flatMap { StoredMessage($0.entity) } }
        return messages
    }

    /// Does what may fail, as on a broken disk, and has it tried again later; false when it failed.
    @discardableResult
    func retrying(_ failure: String, _ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            hub.logger.error("\(failure)", metadata: ["subscription": "\(id)", "error": "\(error)"])
            state.withLock { $0.retryAt = hub.clock.uptime() + hub.timing.retryAfter }
            return false
        }
    }

    /// This subscription's part in a message.
    func share(in message: StoredMessage) -> MessageShare? { MessageShare(of: queue, in: message) }

    /// The changes that end a delivery; `share` is nil when there is no message.
    func ending(_ sequence: Int64, _ share: MessageShare?) -> [Mutation] {
        let delivery = Mutation.delete(Keys.delivery(sequence, queue: queue))
        guard let share, hub.frees(share, log: log) else { return [delivery] }
        return [delivery, .delete(Keys.message(sequence, log: log))]
    }
}
