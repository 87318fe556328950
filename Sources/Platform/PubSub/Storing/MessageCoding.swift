import Datastore

// Messages and deliveries as entities.
extension StoredMessage {
    func entity(log: Int64) -> Entity {
        var properties: Properties = [
            "publishTime": .timestamp(publishTime), "queues": .array(queues.map { .integer($0) }),
        ]
        if !message.data.isEmpty { properties["data"] = .blob(message.data) }
        if !message.attributes.isEmpty {
            properties["attributes"] = .entity(EmbeddedEntity(properties: message.attributes.properties))
        }
        if !message.orderingKey.isEmpty { properties["orderingKey"] = .string(message.orderingKey) }
        return Entity(key: Keys.message(sequence, log: log), properties: properties)
    }

    /// Nil when the entity is no message, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let sequence = entity.key.id, let publishTime = entity["publishTime"]?.timestamp else { return nil }
        self.init(
            sequence: sequence,
            message: PubSubMessage(
                data: entity["data"]?.blob ?? [],
                attributes: Attributes(entity["attributes"]?.entity?.properties ?? Properties()),
                orderingKey: entity["orderingKey"]?.string ?? ""),
            publishTime: publishTime, queues: (entity["queues"]?.array ?? []).compactMap(\.integer))
    }
}

/// A message's place in one queue: it waits there, or is out, until it is acknowledged.
struct StoredDelivery: Sendable, Hashable {
    let sequence: Int64
    /// Set where the subscription wants order.
    var orderingKey: String?
    /// How often it was sent in vain.
    var failures = 0

    func entity(queue: Int64) -> Entity {
        var properties = Properties()
        properties["orderingKey"] = orderingKey.map { .string($0) }
        if failures > 0 { properties["failures"] = .integer(Int64(failures)) }
        return Entity(key: Keys.delivery(sequence, queue: queue), properties: properties)
    }
}

extension StoredDelivery {
    init?(_ entity: Entity) {
        guard let sequence = entity.key.id else { return nil }
        self.init(
            sequence: sequence, orderingKey: entity["orderingKey"]?.string,
            failures: Int(clamping: entity["failures"]?.integer ?? 0))
    }
}
