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
        let body = PubSubBody(try await call.body(allowed: ["name", "messageRetentionDuration"]))
        let topic = try await parts.pubsub.createTopic(
            try body.required("name"), messageRetentionDuration: try body.duration("messageRetentionDuration"))
        return try info(topic)
    }

    private func info(_ topic: Topic) throws -> TopicInfo {
        let names = parts.pubsub.names
        // One that was deleted in between has none.
        let subscriptions = (try? parts.pubsub.subscriptions(of: topic.id)) ?? []
        return TopicInfo(
            name: names.full(.topics, topic.id),
            messageRetentionDuration: topic.messageRetentionDuration?.secondsText,
            subscriptions: subscriptions.map { names.full(.subscriptions, $0) }, createTime: topic.createTime.rfc3339)
    }
}
