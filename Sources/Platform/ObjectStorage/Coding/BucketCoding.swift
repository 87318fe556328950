import Datastore
import JSON

// Buckets as entities in the platform's namespace. Their notifications are part of them, so that a transaction that
// stores an object reads both at once, and one that deletes the bucket comes in nobody's way unseen.
extension Bucket {
    static let kind = "StorageBucket"

    static func key(_ name: String) -> Key { Key(kind, name: name, namespace: Key.platformNamespace) }

    var entity: Entity {
        var properties: Properties = [
            "timeCreated": .timestamp(timeCreated), "updated": .timestamp(updated),
            "metageneration": .integer(metageneration), "storageClass": .string(storageClass),
            "location": .string(location), "notificationCount": .integer(notificationCount),
            "notifications": .array(notifications.map { .entity($0.embedded, excludeFromIndexes: true) }),
        ]
        if !labels.isEmpty { properties["labels"] = .json(labels) }
        properties["watchedFolder"] = watchedFolder.map { .string($0, excludeFromIndexes: true) }
        return Entity(key: Self.key(name), properties: properties)
    }

    /// Nil when the entity is no bucket, which only a hand in the file can have done.
    init?(_ entity: Entity) {
        guard let name = entity.key.name, let timeCreated = entity["timeCreated"]?.timestamp,
            let updated = entity["updated"]?.timestamp, let metageneration = entity["metageneration"]?.integer,
            let storageClass = entity["storageClass"]?.string, let location = entity["location"]?.string
        else { return nil }
        self.init(
            name: name, timeCreated: timeCreated, updated: updated, metageneration: metageneration,
            storageClass: storageClass, location: location, labels: entity["labels"]?.jsonObject ?? JSONObject(),
            watchedFolder: entity["watchedFolder"]?.string,
            notifications: (entity["notifications"]?.array ?? []).compactMap { value in
                value.entity.flatMap { NotificationConfig($0.properties) }
            },
            notificationCount: entity["notificationCount"]?.integer ?? 0)
    }
}

extension NotificationConfig {
    var embedded: EmbeddedEntity {
        var properties: Properties = [
            "id": .string(id), "topic": .string(topic, excludeFromIndexes: true),
            "eventTypes": .array(eventTypes.map { .string($0.rawValue) }),
            "objectNamePrefix": .string(objectNamePrefix, excludeFromIndexes: true),
            "payloadFormat": .string(payloadFormat.rawValue),
        ]
        if !customAttributes.isEmpty { properties["customAttributes"] = .json(customAttributes) }
        return EmbeddedEntity(properties: properties)
    }

    init?(_ properties: Properties) {
        guard let id = properties["id"]?.string, let topic = properties["topic"]?.string,
            let format = properties["payloadFormat"]?.string.flatMap(PayloadFormat.init(rawValue:))
        else { return nil }
        self.init(
            id: id, topic: topic,
            eventTypes: (properties["eventTypes"]?.array ?? []).compactMap { value in
                value.string.flatMap { ObjectEventType(rawValue: $0) }
            },
            customAttributes: properties["customAttributes"]?.jsonObject ?? JSONObject(),
            objectNamePrefix: properties["objectNamePrefix"]?.string ?? "", payloadFormat: format)
    }
}

extension Transaction {
    /// The bucket of a name; throws `notFound`.
    func bucket(_ name: String) throws -> Bucket {
        guard let entity = try get(Bucket.key(name)) else { throw ObjectStorageError.noBucket }
        guard let bucket = Bucket(entity) else {
            throw ObjectStorageError(.dataLoss, "the bucket \(name) cannot be read")
        }
        return bucket
    }

    /// The object of a name; nil when there is none.
    func object(_ bucket: String, _ name: String) throws -> StoredObject? {
        guard let entity = try get(StoredObject.key(bucket, name)) else { return nil }
        guard let object = StoredObject(entity) else {
            throw ObjectStorageError(.dataLoss, "the object \(bucket)/\(name) cannot be read")
        }
        return object
    }
}
