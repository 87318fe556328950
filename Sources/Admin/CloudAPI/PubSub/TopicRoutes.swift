import HTTPTypes
import Hosting
import JSON
import PubSub
import Settings

/// Topics: `/v1/projects/PROJECT/topics`.
struct TopicRoutes: Sendable {
    let pubsub: PubSub
    let cloud: CloudRoutes

    static let collection = "/v1/projects/{project}/topics"
    static let one = "\(collection)/{topic}"

    var routes: [Route] {
        [
            cloud.route(.administer("pubsub.topics.create"), .put, Self.one) { call in
                let wish = try TopicWish(try await call.body())
                let topic = try await pubsub.createTopic(
                    call.topic, messageRetentionDuration: wish.messageRetentionDuration, labels: wish.labels)
                return call.answer(topic.resource(pubsub.names))
            },
            cloud.route(.read, .get, Self.collection) { call in try list(call) },
            cloud.route(.read, .get, Self.one) { call in
                call.answer(try pubsub.topic(call.topic).resource(pubsub.names))
            },
            cloud.route(.administer("pubsub.topics.update"), .patch, Self.one) { call in try await update(call) },
            cloud.route(.administer("pubsub.topics.delete"), .delete, Self.one) { call in
                try await pubsub.deleteTopic(call.topic)
                return call.answer(JSONObject())
            },
            cloud.route(.read, .get, "\(Self.one)/subscriptions") { call in
                let page = try call.page(try pubsub.subscriptions(of: call.topic)) { $0 }
                let names = page.things.map { JSONValue.string(pubsub.names.full(.subscriptions, $0)) }
                return call.answer(page.resource("subscriptions", names))
            },
        ]
    }

    private func list(_ call: CloudCall) throws -> HostedResponse {
        try pubsub.names.require(project: call.parameter("project"))
        let page = try call.page(pubsub.topics(), by: \.id)
        return call.answer(page.resource("topics", page.things.map { .object($0.resource(pubsub.names)) }))
    }

    private func update(_ call: CloudCall) async throws -> HostedResponse {
        let (given, mask) = try await call.change(
            of: "topic", changeable: TopicWish.changeable, constant: TopicWish.known)
        let topic = try await pubsub.updateTopic(call.topic) { [names = pubsub.names] topic in
            let wish = try TopicWish(mask.merge(given, into: topic.resource(names)))
            topic.messageRetentionDuration = wish.messageRetentionDuration
            topic.labels = wish.labels
        }
        return call.answer(topic.resource(pubsub.names))
    }
}

/// What a topic is to be.
struct TopicWish: Sendable {
    let messageRetentionDuration: Duration?
    let labels: Attributes

    static let changeable = ["labels", "messageRetentionDuration"]
    /// All fields of a topic: those that cannot be had are refused, those that only tell of it are passed over.
    static let known =
        changeable + [
            "name", "state", "satisfiesPzs", "kmsKeyName", "messageStoragePolicy", "schemaSettings",
            "ingestionDataSourceSettings", "messageTransforms", "tags",
        ]

    /// Reads a topic's resource.
    init(_ resource: JSONObject) throws(CloudProblem) {
        let body = try CloudBody(resource, known: Self.known)
        try body.refuse([
            ("kmsKeyName", "customers' keys"), ("messageStoragePolicy", "message storage policies"),
            ("schemaSettings", "schemas"), ("ingestionDataSourceSettings", "ingestion"),
            ("messageTransforms", "message transforms"), ("tags", "tags"),
        ])
        messageRetentionDuration = try body.duration("messageRetentionDuration")
        labels = try body.attributes("labels")
    }
}

extension Topic {
    /// The topic in Google's form.
    func resource(_ names: ResourceName) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string(names.full(.topics, id))
        if !labels.isEmpty { resource["labels"] = .object(labels.json) }
        resource["messageRetentionDuration"] = messageRetentionDuration.map { .string($0.secondsText) }
        resource["state"] = "ACTIVE"
        return resource
    }
}
