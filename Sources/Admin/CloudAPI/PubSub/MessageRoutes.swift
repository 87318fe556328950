import AdminAccess
import Datastore
import HTTPTypes
import Hosting
import Identity
import JSON
import PubSub

/// Messages: publishing them, and receiving them.
struct MessageRoutes: Sendable {
    let pubsub: PubSub
    let cloud: CloudRoutes

    /// Google's bound of a publish, 10 MB of messages, in Base64 and with what stands around.
    static let publishLimit = 14_000_000
    /// How long a pull waits for its first message: shorter than its clients wait for their answer.
    static let longestWait = Duration.seconds(25)

    private static let subscription = SubscriptionRoutes.one

    var routes: [Route] {
        [
            cloud.route(
                .use("pubsub.topics.publish", needs: .operate.or(.publisher)), .post, "\(TopicRoutes.one):publish",
                body: .stream
            ) { call in
                let bytes = try await call.streamedBody(limit: Self.publishLimit)
                let ids = try await CloudCall.work(on: bytes.count) {
                    try await pubsub.publish(try Self.messages(bytes), to: call.topic)
                }
                var answer = JSONObject()
                answer["messageIds"] = .array(ids.map { .string($0) })
                return call.answer(answer)
            },
            cloud.route(.use("pubsub.subscriptions.pull"), .post, "\(Self.subscription):pull") { call in
                try await pull(call)
            },
            cloud.route(.use("pubsub.subscriptions.acknowledge"), .post, "\(Self.subscription):acknowledge") { call in
                let body = try CloudBody(try await call.body(), known: ["ackIds"])
                _ = try await pubsub.acknowledge(call.subscription, ackIDs: try body.texts("ackIds"))
                return call.answer(JSONObject())
            },
            cloud.route(
                .use("pubsub.subscriptions.modifyAckDeadline"), .post, "\(Self.subscription):modifyAckDeadline"
            ) { call in
                let body = try CloudBody(try await call.body(), known: ["ackIds", "ackDeadlineSeconds"])
                // 0, which gives messages back, is what clients leave out.
                let seconds = try body.integer("ackDeadlineSeconds") ?? 0
                _ = try await pubsub.modifyAckDeadline(
                    call.subscription, ackIDs: try body.texts("ackIds"), seconds: seconds)
                return call.answer(JSONObject())
            },
        ]
    }

    private static func messages(_ bytes: [UInt8]) throws(CloudProblem) -> [PubSubMessage] {
        let body = try CloudBody(bytes.isEmpty ? JSONObject() : try CloudCall.object(bytes), known: ["messages"])
        // What the server gives a message, clients send along empty.
        let known = ["data", "attributes", "orderingKey", "messageId", "publishTime"]
        var messages: [PubSubMessage] = []
        for part in try body.parts("messages", known: known) {
            messages.append(
                PubSubMessage(
                    data: try part.bytes("data") ?? [], attributes: try part.attributes("attributes"),
                    orderingKey: try part.text("orderingKey") ?? ""))
        }
        return messages
    }

    private func pull(_ call: CloudCall) async throws -> HostedResponse {
        let body = try CloudBody(try await call.body(), known: ["maxMessages", "returnImmediately"])
        guard let asked = try body.integer("maxMessages"), asked > 0 else {
            throw CloudProblem.invalid("The field maxMessages is a number above 0.", field: "maxMessages")
        }
        let (name, limit) = (call.subscription, min(asked, 1_000))
        let received = try await pubsub.pull(name, limit: limit)
        guard received.isEmpty, try body.flag("returnImmediately") != true else {
            return try await Self.answer(call, received)
        }
        // The head goes out before there is a message, so that a client which goes away meanwhile is noticed: what is
        // published then is for others.
        return call.answerLate {
            // One that is deleted or pushed meanwhile gives nothing more; the next pull says why.
            let received = (try? await pubsub.pull(name, limit: limit, wait: Self.longestWait)) ?? []
            return (
                Self.resource(received),
                {
                    guard !received.isEmpty else { return }
                    _ = try? await pubsub.modifyAckDeadline(name, ackIDs: received.map(\.ackID), seconds: 0)
                }
            )
        }
    }

    private static func answer(_ call: CloudCall, _ received: [ReceivedMessage]) async throws -> HostedResponse {
        try await CloudCall.work(on: received.reduce(0) { $0 + $1.message.data.count }) {
            call.answer(resource(received))
        }
    }

    private static func resource(_ received: [ReceivedMessage]) -> JSONObject {
        var answer = JSONObject()
        if !received.isEmpty { answer["receivedMessages"] = .array(received.map { .object($0.resource) }) }
        return answer
    }
}

extension ReceivedMessage {
    /// The message in Google's form.
    fileprivate var resource: JSONObject {
        var inner = JSONObject()
        if !message.data.isEmpty { inner["data"] = .string(Base64.encode(message.data)) }
        if !message.attributes.isEmpty { inner["attributes"] = .object(message.attributes.json) }
        if !message.orderingKey.isEmpty { inner["orderingKey"] = .string(message.orderingKey) }
        inner["messageId"] = .string(messageID)
        inner["publishTime"] = .string(publishTime.rfc3339)
        var outer = JSONObject()
        outer["ackId"] = .string(ackID)
        outer["message"] = .object(inner)
        outer["deliveryAttempt"] = deliveryAttempt.map { .integer(Int64($0)) }
        return outer
    }
}
