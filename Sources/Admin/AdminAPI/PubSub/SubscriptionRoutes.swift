import AdminAccess
import AdminModel
import Datastore
import HTTPTypes
import Hosting
import JSON
import PubSub

/// Subscriptions, and receiving from them.
struct SubscriptionRoutes: AdminRoutes {
    let parts: AdminParts

    private static let one = "\(AdminPath.subscriptions)/{subscription}"

    var routes: [AdminRoute] { administration + receiving }

    private var administration: [AdminRoute] {
        [
            read(AdminPath.subscriptions, ["topic"]) { call in .model(try await list(call)) },
            write(.post, AdminPath.subscriptions) { call in
                let body = PubSubBody(try await call.body(allowed: SubscriptionReading.creatable))
                return .model(try await info(try await parts.pubsub.createSubscription(try body.subscription())))
            },
            read(Self.one) { call in .model(try await info(try parts.pubsub.subscription(id(call)))) },
            write(.patch, Self.one) { call in
                let body = PubSubBody(try await call.body(allowed: SubscriptionReading.changeable))
                let changed = try await parts.pubsub.updateSubscription(id(call)) { try body.change(&$0) }
                return .model(try await info(changed))
            },
            write(.delete, Self.one) { call in
                try await parts.pubsub.deleteSubscription(id(call))
                return .json(.object(JSONObject()))
            },
            write(.post, "\(Self.one):detach") { call in
                _ = try await call.body(allowed: [])
                try await parts.pubsub.detach(id(call))
                return .model(try await info(try parts.pubsub.subscription(id(call))))
            },
            write(.post, "\(Self.one):seek", needs: .operate) { call in
                let body = PubSubBody(try await call.body(allowed: ["time"]))
                let time = try call.instant(try body.required("time"), named: "time")
                try await parts.pubsub.seek(id(call), to: time)
                return .model(try await info(try parts.pubsub.subscription(id(call))))
            },
        ]
    }

    /// Who receives much asks often: what goes well leaves no audit record.
    private var receiving: [AdminRoute] {
        [
            write(.post, "\(Self.one):pull", needs: .operate, recording: .refusals) { call in
                let body = PubSubBody(try await call.body(allowed: ["maxMessages", "wait"]))
                let messages = try await parts.pubsub.pull(
                    id(call), limit: try body.integer("maxMessages") ?? 1, wait: try body.duration("wait") ?? .zero)
                return .json(["receivedMessages": .array(messages.map(\.json))])
            },
            write(.post, "\(Self.one):acknowledge", needs: .operate, recording: .refusals) { call in
                let ids = try PubSubBody(try await call.body(allowed: ["ackIds"])).texts("ackIds")
                let count = try await parts.pubsub.acknowledge(id(call), ackIDs: ids)
                return .model(AckAnswer(count: count, ignored: ids.count - count))
            },
            write(.post, "\(Self.one):modifyAckDeadline", needs: .operate, recording: .refusals) { call in
                let body = PubSubBody(try await call.body(allowed: ["ackIds", "ackDeadlineSeconds"]))
                let ids = try body.texts("ackIds")
                guard let seconds = try body.integer("ackDeadlineSeconds") else {
                    throw AdminProblem.invalid("ackDeadlineSeconds is missing")
                }
                let count = try await parts.pubsub.modifyAckDeadline(id(call), ackIDs: ids, seconds: seconds)
                return .model(AckAnswer(count: count, ignored: ids.count - count))
            },
        ]
    }

    private func id(_ call: AdminCall) -> String { call.parameter("subscription") }

    private func list(_ call: AdminCall) async throws -> SubscriptionList {
        var wanted = parts.pubsub.subscriptions()
        if let topic = call.query("topic") {
            let ids = Set(try parts.pubsub.subscriptions(of: topic))
            wanted = wanted.filter { ids.contains($0.id) }
        }
        var infos: [SubscriptionInfo] = []
        for subscription in wanted {
            do {
                infos.append(try await info(subscription))
            } catch let error as PubSubError where error.code == .notFound {
                // One that was deleted in between is no more in the list.
            }
        }
        return SubscriptionList(subscriptions: infos)
    }

    private func info(_ subscription: Subscription) async throws -> SubscriptionInfo {
        let pubsub = parts.pubsub
        let status = try pubsub.status(of: subscription.id)
        let oldest = status.backlog == 0 ? nil : try await pubsub.oldestUnacknowledged(of: subscription.id)
        return SubscriptionInfo(
            subscription, names: pubsub.names, hasTopic: pubsub.hasTopic(subscription),
            status: SubscriptionStatus(
                backlog: status.backlog, outstanding: status.outstanding, oldestUnackedTime: oldest?.rfc3339,
                pushWindow: subscription.pushConfig == nil ? nil : status.pushWindow,
                lastPushFailure: status.lastPushFailure.map { failure in
                    PushFailureInfo(time: failure.time.fixedText, status: failure.status, message: failure.message)
                }))
    }
}

extension ReceivedMessage {
    /// In Google's form; not by way of a Codable type, since Foundation takes equivalent names for one.
    fileprivate var json: JSONValue {
        var inner = JSONObject()
        if !message.data.isEmpty { inner["data"] = .string(Base64.encode(message.data)) }
        if !message.attributes.isEmpty { inner["attributes"] = .object(message.attributes.json) }
        if !message.orderingKey.isEmpty { inner["orderingKey"] = .string(message.orderingKey) }
        inner["messageId"] = .string(messageID)
        inner["publishTime"] = .string(publishTime.fixedText)
        var outer = JSONObject()
        outer["ackId"] = .string(ackID)
        outer["message"] = .object(inner)
        outer["deliveryAttempt"] = deliveryAttempt.map { .integer(Int64($0)) }
        return .object(outer)
    }
}
