import Hosting
import JSON
import ObjectStorage
import PubSub

/// Notifications of buckets: `bucket`, `topic`, `payloadFormat`, `eventTypes`, `objectNamePrefix` and
/// `customAttributes`. The id, which the bucket gives, is no part of it: two that tell the same are one.
struct NotificationForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(
            only: ["bucket", "topic", "payloadFormat", "eventTypes", "objectNamePrefix", "customAttributes"])
        let wish = NotificationConfig(
            topic: try parts.pubsub.names.id(try declared.requiredText("topic"), .topics),
            eventTypes: try Self.eventTypes(declared["eventTypes"] ?? .null),
            customAttributes: try declared.object("customAttributes") ?? JSONObject(),
            objectNamePrefix: try declared.optionalText("objectNamePrefix") ?? "",
            payloadFormat: try Self.format(try declared.optionalText("payloadFormat")))
        try ObjectStorage.validate(wish)
        return resource(wish, of: try declared.requiredText("bucket"))
    }

    func all() async throws -> StoredResources {
        var stored = StoredResources()
        for bucket in try await parts.allBuckets() {
            stored.items += bucket.notifications.map { config in
                .init(resource: resource(config, of: bucket.name), id: config.id)
            }
        }
        return stored
    }

    private func resource(_ config: NotificationConfig, of bucket: String) -> JSONObject {
        var resource = JSONObject()
        resource["bucket"] = .string(bucket)
        // One of another project, which was this one's once, stays as it is.
        resource["topic"] = .string((try? parts.pubsub.names.id(config.topic, .topics)) ?? config.topic)
        resource["payloadFormat"] = .string(config.payloadFormat.rawValue)
        let types = ObjectEventType.allCases.filter { config.eventTypes.contains($0) }
        resource["eventTypes"] = .array(types.map { .string($0.rawValue) })
        resource["objectNamePrefix"] = .string(config.objectNamePrefix)
        resource["customAttributes"] = .object(config.customAttributes)
        return resource
    }

    private static func format(_ text: String?) throws(AdminProblem) -> NotificationConfig.PayloadFormat {
        guard let text else { return .json }
        guard let format = NotificationConfig.PayloadFormat(rawValue: text) else {
            throw .invalid("payloadFormat \"\(text)\" is neither JSON_API_V1 nor NONE")
        }
        return format
    }

    private static func eventTypes(_ value: JSONValue) throws(AdminProblem) -> [ObjectEventType] {
        if value == .null { return [] }
        guard let list = value.array else { throw .invalid("eventTypes is \(value.typeName), not a list") }
        var types: [ObjectEventType] = []
        for item in list {
            guard let type = item.string.flatMap({ ObjectEventType(rawValue: $0) }) else {
                let known = ObjectEventType.allCases.map(\.rawValue).joined(separator: ", ")
                throw .invalid("eventTypes has what is none of \(known)")
            }
            types.append(type)
        }
        return types
    }
}
