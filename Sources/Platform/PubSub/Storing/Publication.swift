import Datastore

/// Messages that are, or are about to be, stored together with their deliveries.
public struct Publication: Sendable {
    /// The messages' ids, in the order of the messages.
    public internal(set) var messageIDs: [String] = []
    let topic: String
    /// What is to be stored.
    var entities: [Entity] = []
    /// The messages that somebody receives.
    var messages: [StoredMessage] = []
    /// How many queues each message goes into, where it is more than one.
    var holds: [Int64: Int] = [:]
    /// Whom to tell of what.
    var deliveries: [Int64: [StoredDelivery]] = [:]
    var subscribers: [Subscriber] = []
    /// The numbers' mark that is stored with it.
    var mark: Int64?
}

extension Hub {
    /// What publishing these messages now comes to; `first` is the first one's number.
    func draft(_ messages: some Collection<PubSubMessage>, to topic: TopicRecord, first: Int64) -> Publication {
        var publication = Publication(topic: topic.topic.id)
        publication.subscribers = subscribers(of: topic.log)
        let now = clock.now()
        for (offset, message) in messages.enumerated() {
            let sequence = first + Int64(offset)
            let receivers = publication.subscribers.filter { $0.receives(message.attributes) }
            publication.messageIDs.append(String(sequence))
            // Without a receiver it is only kept for a seek.
            guard !receivers.isEmpty || topic.topic.messageRetentionDuration != nil else { continue }
            let stored = StoredMessage(
                sequence: sequence, message: message, publishTime: now, queues: receivers.map(\.queue))
            publication.entities.append(stored.entity(log: topic.log))
            if !receivers.isEmpty { publication.messages.append(stored) }
            if receivers.count > 1 { publication.holds[sequence] = receivers.count }
            for receiver in receivers {
                let delivery = receiver.delivery(of: stored)
                publication.entities.append(delivery.entity(queue: receiver.queue))
                publication.deliveries[receiver.queue, default: []].append(delivery)
            }
        }
        return publication
    }

    /// Publishes, durably on return; gives the messages' ids.
    func publish(_ messages: [PubSubMessage], to id: String) async throws -> [String] {
        let topic = try checked(messages, to: id)
        var ids: [String] = []
        var rest = messages[...]
        while !rest.isEmpty {
            // With many subscriptions a batch is stored in pieces, so that nobody waits behind it.
            let count = max(1, Self.largestCommit / (1 + subscribers(of: topic.log).count))
            let piece = rest.prefix(count)
            rest = rest.dropFirst(count)
            ids += try await store(draft(piece, to: topic, first: try await numbers.take(piece.count)))
        }
        return ids
    }

    /// The most entities of one commit.
    private static let largestCommit = 2_000

    private func store(_ publication: Publication) async throws -> [String] {
        // Before the commit: from then on a delivery may be found, and end.
        for (sequence, count) in publication.holds { holds.hold(sequence, count: count) }
        do {
            try await datastore.commit(publication.entities.map { .insert($0) })
        } catch {
            for sequence in publication.holds.keys { holds.forget(sequence) }
            throw error
        }
        announce(publication)
        return publication.messageIDs
    }

    /// Publishes within somebody else's transaction; `announce` has to follow when that is stored.
    func publish(
        _ topic: TopicRecord, _ messages: [PubSubMessage], in transaction: Transaction
    ) throws -> Publication {
        let (first, mark) = try numbers.take(messages.count, in: transaction)
        var publication = draft(messages, to: topic, first: first)
        publication.mark = mark
        for entity in publication.entities { try transaction.put(entity) }
        return publication
    }

    /// Tells the subscriptions of what is stored.
    func announce(_ publication: Publication) {
        if let mark = publication.mark { numbers.noteStored(mark) }
        metrics.published(publication.messageIDs.count, to: publication.topic)
        recent.note(publication.messages)
        for subscriber in publication.subscribers {
            if let deliveries = publication.deliveries[subscriber.queue] { subscriber.arrive(deliveries) }
        }
    }

    /// The topic, when these messages can be published to it.
    func checked(_ messages: [PubSubMessage], to name: String) throws -> TopicRecord {
        let topic = try topic(name)
        guard (1...PubSubMessage.batchLimit).contains(messages.count) else {
            throw PubSubError.invalid("a publish has 1 to \(PubSubMessage.batchLimit) messages")
        }
        for message in messages { try message.validate() }
        return topic
    }
}
