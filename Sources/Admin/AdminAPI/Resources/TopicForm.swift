import JSON
import PubSub
import Settings

/// Topics: `name`, `messageRetentionDuration` and `labels`.
struct TopicForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) throws -> JSONObject {
        try declared.require(only: ["name", "messageRetentionDuration", "labels"])
        let body = PubSubBody(declared)
        return Self.resource(
            try parts.pubsub.plannedTopic(
                try body.required("name"), messageRetentionDuration: try body.duration("messageRetentionDuration"),
                labels: try body.labels("labels")))
    }

    func all() -> StoredResources {
        StoredResources(parts.pubsub.topics().map(Self.resource))
    }

    private static func resource(_ topic: Topic) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string(topic.id)
        resource["messageRetentionDuration"] = topic.messageRetentionDuration.map { .string($0.secondsText) }
        resource["labels"] = .object(topic.labels.json)
        return resource
    }
}
