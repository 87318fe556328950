import Datastore
import JSON
import Transfer

/// A message as it is pushed.
struct PushRequest: Sendable {
    let stored: StoredMessage
    /// The subscription's full name.
    let subscription: String
    /// With a dead-letter policy: how often it was sent, this time included.
    let attempt: Int?
    let noWrapper: PushConfig.NoWrapper?

    var body: [UInt8] {
        guard noWrapper == nil else { return stored.message.data }
        let time = JSONValue.string(stored.publishTime.rfc3339)
        let id = JSONValue.string(stored.id)
        var message: JSONObject = JSONObject()
        for (name, value) in [("messageId", id), ("message_id", id), ("publishTime", time), ("publish_time", time)] {
            message[name] = value
        }
        if !stored.message.attributes.isEmpty { message["attributes"] = .object(stored.message.attributes.json) }
        if !stored.message.data.isEmpty { message["data"] = .string(Base64.encode(stored.message.data)) }
        if !stored.message.orderingKey.isEmpty { message["orderingKey"] = .string(stored.message.orderingKey) }
        var envelope = JSONObject()
        envelope["message"] = .object(message)
        envelope["subscription"] = .string(subscription)
        envelope["deliveryAttempt"] = attempt.map { .integer(Int64($0)) }
        return JSONValue.object(envelope).serialized()
    }

    var headers: [TransferHeader] {
        var headers = [TransferHeader("User-Agent", "CloudPubSub-Google")]
        guard let noWrapper else { return headers + [TransferHeader("Content-Type", "application/json")] }
        guard noWrapper.writeMetadata else { return headers }
        headers.append(TransferHeader("x-goog-pubsub-subscription-name", subscription))
        headers.append(TransferHeader("x-goog-pubsub-message-id", stored.id))
        headers.append(TransferHeader("x-goog-pubsub-publish-time", stored.publishTime.rfc3339))
        if let attempt { headers.append(TransferHeader("x-goog-pubsub-delivery-attempt", String(attempt))) }
        let key = stored.message.orderingKey
        let custom = [("x-goog-pubsub-ordering-key", key)] + stored.message.attributes.all.map { ($0.name, $0.value) }
        for (name, value) in custom where !value.isEmpty && Self.mayBeHeader(name, value) {
            headers.append(TransferHeader(name, value))
        }
        return headers
    }

    /// Whether an attribute can go as a header, and none that says how the request is read, or who sends it.
    private static func mayBeHeader(_ name: String, _ value: String) -> Bool {
        let lower = name.lowercased()
        let own = [
            "host", "connection", "authorization", "content-length", "transfer-encoding", "user-agent", "expect",
        ]
        guard !own.contains(lower), !lower.hasPrefix("proxy-") else { return false }
        let probe = TransferRequest(url: "http://localhost/", headers: [TransferHeader(name, value)])
        return (try? probe.check()) != nil
    }
}
