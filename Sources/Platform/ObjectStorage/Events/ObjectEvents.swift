import Datastore
import JSON

/// Makes the messages of what happens to objects.
struct ObjectEvents: Sendable {
    /// Where this daemon is reached, for the links in an object's resource.
    let baseURL: @Sendable () -> String

    /// What happened to one object.
    struct Change: Sendable {
        let type: ObjectEventType
        let object: StoredObject
        var overwroteGeneration: Int64?
        var overwrittenByGeneration: Int64?
    }

    /// What an object that takes a place means: it is there, and another one of its name may be gone.
    static func stored(_ new: StoredObject, over old: StoredObject?) -> [Change] {
        var changes = [Change(type: .finalize, object: new, overwroteGeneration: old?.generation)]
        if let old { changes.append(Change(type: .delete, object: old, overwrittenByGeneration: new.generation)) }
        return changes
    }

    /// The messages for all notifications of a bucket that want to know.
    func messages(_ changes: [Change], in bucket: Bucket, at time: Timestamp) -> [ObjectEventMessage] {
        changes.flatMap { change in
            bucket.notifications.filter { $0.wants(change.type, change.object.name) }.map { config in
                ObjectEventMessage(
                    topic: config.topic, attributes: attributes(change, config, time),
                    data: config.payloadFormat == .none ? [] : payload(change.object))
            }
        }
    }

    private func attributes(_ change: Change, _ config: NotificationConfig, _ time: Timestamp) -> [String: String] {
        let object = change.object
        var attributes: [String: String] = [:]
        for member in config.customAttributes { attributes[member.name] = member.value.string }
        attributes["notificationConfig"] = "projects/_/buckets/\(object.bucket)/notificationConfigs/\(config.id)"
        attributes["eventType"] = change.type.rawValue
        attributes["payloadFormat"] = config.payloadFormat.rawValue
        attributes["bucketId"] = object.bucket
        attributes["objectId"] = object.name
        attributes["objectGeneration"] = String(object.generation)
        attributes["eventTime"] = time.text(digits: 6)
        attributes["overwroteGeneration"] = change.overwroteGeneration.map { String($0) }
        attributes["overwrittenByGeneration"] = change.overwrittenByGeneration.map { String($0) }
        return attributes
    }

    private func payload(_ object: StoredObject) -> [UInt8] {
        JSONValue.object(object.resource(baseURL: baseURL())).serializedIndented() + [UInt8(ascii: "\n")]
    }
}
