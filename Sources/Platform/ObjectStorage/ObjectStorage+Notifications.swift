import Datastore
import JSON

// Notifications of buckets.
extension ObjectStorage {
    /// How many notifications a bucket may have.
    private static let notificationLimit = 100

    /// Lets changes of a bucket's objects be told on a topic. Throws `notFound`, `invalidArgument`.
    public func createNotification(_ wish: NotificationConfig, of bucket: String) async throws -> NotificationConfig {
        try Names.checkBucket(bucket)
        try Self.validate(wish)
        guard try await publisher.hasTopic(wish.topic) else {
            throw ObjectStorageError.invalid("Topic \(wish.topic) does not exist: create it first.")
        }
        let changed = try await changeBucket(bucket) { bucket in
            guard bucket.notifications.count < Self.notificationLimit else {
                throw ObjectStorageError.invalid("A bucket may have at most \(Self.notificationLimit) notifications.")
            }
            bucket.notificationCount += 1
            bucket.notifications.append(
                NotificationConfig(
                    id: String(bucket.notificationCount), topic: wish.topic, eventTypes: wish.eventTypes,
                    customAttributes: wish.customAttributes, objectNamePrefix: wish.objectNamePrefix,
                    payloadFormat: wish.payloadFormat))
        }
        return changed.notifications.last ?? wish
    }

    /// A notification of a bucket. Throws `notFound`.
    public func notification(_ id: String, of bucket: String) async throws -> NotificationConfig {
        guard let found = try await self.bucket(bucket).notifications.first(where: { $0.id == id }) else {
            throw Self.noNotification(id)
        }
        return found
    }

    /// Ends a notification. Throws `notFound`.
    public func deleteNotification(_ id: String, of bucket: String) async throws {
        try Names.checkBucket(bucket)
        _ = try await changeBucket(bucket) { bucket in
            guard bucket.notifications.contains(where: { $0.id == id }) else { throw Self.noNotification(id) }
            bucket.notifications.removeAll { $0.id == id }
        }
    }

    private static func noNotification(_ id: String) -> ObjectStorageError {
        ObjectStorageError(.notFound, "No such notification: \(id)")
    }

    /// Throws `invalidArgument` for what could not be made, but for its topic, of which nothing is asked.
    public static func validate(_ wish: NotificationConfig) throws(ObjectStorageError) {
        guard wish.objectNamePrefix.utf8.count <= 1_024 else {
            throw .invalid("object_name_prefix may have at most 1024 bytes.")
        }
        for attribute in wish.customAttributes {
            guard (1...256).contains(attribute.name.utf8.count), let text = attribute.value.string,
                text.utf8.count <= 1_024
            else {
                throw .invalid("custom_attributes are texts of at most 1024 bytes with names of 1 to 256 bytes.")
            }
        }
        // Pub/Sub keeps them for itself: a message that had one could not be published, nor its object stored.
        guard !wish.customAttributes.contains(where: { $0.name.utf8.starts(with: "goog".utf8) }) else {
            throw .invalid("The names of custom_attributes may not begin with goog.")
        }
        guard wish.customAttributes.count <= 5 else { throw .invalid("There may be at most 5 custom_attributes.") }
    }
}
