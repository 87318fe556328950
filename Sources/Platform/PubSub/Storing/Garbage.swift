import Datastore

/// Something to be removed in the background: a queue without a subscription, or messages of a log that nobody holds.
/// Stored with what made it so, in one transaction, so that a crash forgets none.
struct Garbage: Sendable, Hashable {
    /// The queue or the log.
    let number: Int64
    let log: Int64
    let isQueue: Bool
    let time: Timestamp

    var entity: Entity {
        Entity(
            key: Keys.garbage(number),
            properties: ["log": .integer(log), "isQueue": .boolean(isQueue), "time": .timestamp(time)])
    }
}

extension Garbage {
    init?(_ entity: Entity) {
        guard let number = entity.key.id, let log = entity["log"]?.integer, let isQueue = entity["isQueue"]?.boolean,
            let time = entity["time"]?.timestamp
        else { return nil }
        self.init(number: number, log: log, isQueue: isQueue, time: time)
    }
}
