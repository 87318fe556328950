import Datastore
import JSON

/// An entry of the log: an entity of kind `StorageLog`, whose properties are an event's members and a timestamp.
enum StorageLog {
    static let kind = "StorageLog"
    static let timestampProperty = "timestamp"

    /// The entity of an event. The service's timestamp takes the place of one that the event has.
    static func entity(_ event: JSONObject, key: Key, timestamp: Timestamp) -> Entity {
        var properties = properties(event)
        properties[timestampProperty] = .timestamp(timestamp)
        return Entity(key: key, properties: properties)
    }

    /// An entry as the service answers it: the event, and the timestamp as HTTP writes dates.
    static func json(_ entity: Entity) -> JSONValue { .object(object(entity.properties)) }

    private static func properties(_ object: JSONObject) -> Properties {
        Properties(object.members.map { Properties.Property($0.name, value($0.value)) })
    }

    private static func value(_ json: JSONValue) -> Value {
        switch json {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .double(let value): .double(value)
        case .string(let value): .string(value)
        case .array(let elements): .array(elements.map(value))
        case .object(let members): .entity(EmbeddedEntity(properties: properties(members)))
        }
    }

    private static func object(_ properties: Properties) -> JSONObject {
        JSONObject(properties.map { JSONObject.Member($0.name, json($0.value)) }) ?? JSONObject()
    }

    /// The types that JSON lacks are those that only others than this service store.
    private static func json(_ value: Value) -> JSONValue {
        switch value.content {
        case .null: .null
        case .boolean(let value): .boolean(value)
        case .integer(let value): .integer(value)
        case .double(let value): value.isFinite ? .double(value) : .string("\(value)")
        case .string(let value): .string(value)
        case .timestamp(let value): .string(value.httpDate)
        case .array(let elements): .array(elements.map(json))
        case .entity(let entity): .object(object(entity.properties))
        case .key, .blob, .geoPoint: value.json
        }
    }
}
