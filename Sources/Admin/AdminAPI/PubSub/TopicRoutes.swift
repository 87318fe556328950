import AdminAccess
import AdminModel
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import PubSub
import Settings

/// Topics, and publishing to them.
struct TopicRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.topics) { _ in
                .model(TopicList(topics: try parts.pubsub.topics().map { try info($0) }))
            },
            write(.post, AdminPath.topics) { call in .model(try await create(call)) },
            read("\(AdminPath.topics)/{topic}") { call in
                .model(try info(try parts.pubsub.topic(call.parameter("topic"))))
            },
            write(.patch, "\(AdminPath.topics)/{topic}") { call in .model(try info(try await update(call))) },
            write(.delete, "\(AdminPath.topics)/{topic}") { call in
                try await parts.pubsub.deleteTopic(call.parameter("topic"))
                return .json(.object(JSONObject()))
            },
            write(
                .post, "\(AdminPath.topics)/{topic}:publish", needs: .operate.or(.publisher), recording: .refusals
            ) { call in
                let messages = try PubSubBody(try await call.body(allowed: ["messages"])).messages()
                let ids = try await parts.pubsub.publish(messages, to: call.parameter("topic"))
                return .model(PublishAnswer(messageIds: ids))
            },
        ]
    }

    private func create(_ call: AdminCall) async throws -> TopicInfo {
        let body = PubSubBody(try await call.body(allowed: ["name", "messageRetentionDuration", "labels"]))
        let topic = try await parts.pubsub.createTopic(
            try body.required("name"), messageRetentionDuration: try body.duration("messageRetentionDuration"),
            labels: try body.labels("labels"))
        return try info(topic)
    }

    /// Changes what the body names, as a merge patch does.
    private func update(_ call: AdminCall) async throws -> Topic {
        let body = PubSubBody(try await call.body(allowed: ["messageRetentionDuration", "labels"]))
        return try await parts.pubsub.updateTopic(call.parameter("topic")) { topic in
            if body.has("messageRetentionDuration") {
                topic.messageRetentionDuration = try body.duration("messageRetentionDuration")
            }
            if body.has("labels") { topic.labels = try body.labels("labels", changing: topic.labels) }
        }
    }

    private func info(_ topic: Topic) throws -> TopicInfo {
        let names = parts.pubsub.names
        // One that was deleted in between has none.
        let subscriptions = (try? parts.pubsub.subscriptions(of: topic.id)) ?? []
        return TopicInfo(
            name: names.full(.topics, topic.id),
            messageRetentionDuration: topic.messageRetentionDuration?.secondsText, labels: topic.labels.dictionary,
            subscriptions: subscriptions.map { names.full(.subscriptions, $0) }, createTime: topic.createTime.rfc3339)
    }
}
