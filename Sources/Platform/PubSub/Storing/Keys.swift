import Datastore

/// Where Pub/Sub's entities are in the platform's namespace.
///
/// A topic's messages lie together below its log, a subscription's deliveries below its queue, both in the order of the
/// messages' numbers: a queue is a range of keys, and none of these kinds has an index.
enum Keys {
    static let topicKind = "PubSubTopic"
    static let subscriptionKind = "PubSubSubscription"
    static let messageKind = "PubSubMessage"
    static let deliveryKind = "PubSubDelivery"
    static let activityKind = "PubSubActivity"
    static let garbageKind = "PubSubGarbage"

    static func topic(_ id: String) -> Key { Key(topicKind, name: id, namespace: Key.platformNamespace) }

    static func subscription(_ id: String) -> Key { Key(subscriptionKind, name: id, namespace: Key.platformNamespace) }

    /// When a queue was last used, in an entity of its own: it changes more often than the subscription.
    static func activity(_ queue: Int64) -> Key { Key(activityKind, id: queue, namespace: Key.platformNamespace) }

    /// A log or queue in which something is to be removed.
    static func garbage(_ number: Int64) -> Key { Key(garbageKind, id: number, namespace: Key.platformNamespace) }

    static let mark = Key("PubSubMark", name: "number", namespace: Key.platformNamespace)

    static func log(_ number: Int64) -> Key { Key("PubSubLog", id: number, namespace: Key.platformNamespace) }

    static func queue(_ number: Int64) -> Key { Key("PubSubQueue", id: number, namespace: Key.platformNamespace) }

    static func message(_ sequence: Int64, log: Int64) -> Key {
        Key(messageKind, id: sequence, parent: Keys.log(log))
    }

    static func delivery(_ sequence: Int64, queue: Int64) -> Key {
        Key(deliveryKind, id: sequence, parent: Keys.queue(queue))
    }
}
