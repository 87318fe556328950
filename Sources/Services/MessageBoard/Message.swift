import Datastore
import JSON

/// One message as it is stored: an entity of kind `Message`.
struct Message {
    static let kind = "Message"
    /// Longer texts are stored but not indexed, so a longer name would never be found again.
    static let nameLimit = EntityRules.nameLimit

    let name: String
    let message: String
    let timestamp: Timestamp

    /// The entity, whose id is allocated when it is stored.
    var entity: Entity {
        Entity(
            key: Key(incomplete: Self.kind),
            properties: ["name": .string(name), "message": .string(message), "timestamp": .timestamp(timestamp)])
    }

    /// The messages of a name, oldest first: the query that needs the composite index (name, timestamp).
    static func query(name: String) -> Query {
        Query(
            kind: kind, filters: [PropertyFilter("name", .equal, .string(name))], orders: [PropertyOrder("timestamp")])
    }

    /// A stored message as `retrieve` tells it. An entity that somebody else stored may lack one part or the other.
    static func json(_ entity: Entity) -> JSONValue {
        var members = JSONObject()
        members["message"] = entity["message"]?.string.map { .string($0) }
        members["timestamp"] = entity["timestamp"]?.timestamp.map { .string($0.httpDate) }
        return .object(members)
    }
}
