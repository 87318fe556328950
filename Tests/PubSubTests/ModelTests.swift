import Datastore
import Testing
import Transfer

@testable import PubSub

@Suite struct ModelTests {
    private let names = ResourceName(project: "my-project")

    @Test("A name is an id or the full name, of this project", arguments: ["abc", "storage-event", "a1.-_~+%"])
    func names(id: String) throws {
        #expect(try names.id(id, .topics) == id)
        #expect(try names.id("projects/my-project/topics/\(id)", .topics) == id)
        #expect(names.full(.subscriptions, id) == "projects/my-project/subscriptions/\(id)")
    }

    @Test(
        "What is no name is refused",
        arguments: [
            "", "ab", "1abc", "-abc", "google", "goog-topic", "a b c", "a/b", "é-topic", "abc\0", "abc\n",
            String(repeating: "a", count: 256), "projects/my-project/subscriptions/abc", "projects//topics/abc",
            "projects/other/topics/abc", "/projects/my-project/topics/abc", "projects/my-project/topics/abc/",
        ])
    func badNames(text: String) {
        #expect(throws: PubSubError.self) { try names.id(text, .topics) }
    }

    @Test("Topics, subscriptions, messages and deliveries come back from their entities as they were")
    func coding() throws {
        let topic = TopicRecord(
            topic: Topic(id: "abc", messageRetentionDuration: .seconds(600), labels: ["a": "b"], createTime: .now),
            log: 7,
            revision: 3)
        #expect(TopicRecord(topic.entity) == topic)
        var subscription = Subscription(id: "sub", topic: "abc")
        #expect(try coded(subscription) == subscription)
        subscription.pushConfig = PushConfig(
            pushEndpoint: "http://x/", oidcToken: .init(serviceAccountEmail: "a@b", audience: "c"),
            noWrapper: .init(writeMetadata: true), attributes: ["x-goog-version": "v1"])
        subscription.labels = ["team": "a", "é": ""]
        subscription.ackDeadlineSeconds = 77
        subscription.retainAckedMessages = true
        subscription.messageRetentionDuration = .seconds(601)
        subscription.expirationTTL = .seconds(86_400)
        subscription.retryPolicy = RetryPolicy()
        subscription.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "dead", maxDeliveryAttempts: 9)
        subscription.filter = "attributes:a"
        subscription.enableMessageOrdering = true
        subscription.detached = true
        #expect(try coded(subscription) == subscription)
        let message = StoredMessage(
            sequence: 5, message: PubSubMessage(data: [0, 255], attributes: ["a": "", "é": "\0"], orderingKey: "k"),
            publishTime: .now, queues: [1, 2])
        #expect(StoredMessage(message.entity(log: 1)) == message)
        let delivery = StoredDelivery(sequence: 5, orderingKey: "k", failures: 3)
        #expect(StoredDelivery(delivery.entity(queue: 1)) == delivery)
    }

    private func coded(_ subscription: Subscription) throws -> Subscription {
        let record = SubscriptionRecord(subscription: subscription, queue: 1, log: 2, revision: 3, seeks: 4)
        let read = try #require(SubscriptionRecord(record.entity))
        #expect(read == record)
        return read.subscription
    }

    @Test("Subscriptions that cannot be are refused")
    func badSubscriptions() {
        let changes: [(inout Subscription) -> Void] = [
            { $0.ackDeadlineSeconds = 9 }, { $0.ackDeadlineSeconds = 601 },
            { $0.messageRetentionDuration = .seconds(599) }, { $0.messageRetentionDuration = .seconds(32 * 86_400) },
            { $0.expirationTTL = .seconds(60) }, { $0.expirationTTL = .seconds(6 * 86_400) },
            { $0.retryPolicy = RetryPolicy(minimumBackoff: .seconds(20), maximumBackoff: .seconds(10)) },
            { $0.retryPolicy = RetryPolicy(minimumBackoff: .seconds(-1), maximumBackoff: .seconds(10)) },
            { $0.retryPolicy = RetryPolicy(maximumBackoff: .seconds(601)) },
            { $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "abc", maxDeliveryAttempts: 4) },
            { $0.deadLetterPolicy = DeadLetterPolicy(deadLetterTopic: "abc", maxDeliveryAttempts: 101) },
            { $0.labels = ["": "x"] }, { $0.labels["a"] = String(repeating: "x", count: 64) },
            { subscription in for number in 0...64 { subscription.labels["l\(number)"] = "" } },
            { $0.pushConfig = PushConfig(pushEndpoint: "http://x/", attributes: ["x-goog-version": "v1beta1"]) },
            { $0.pushConfig = PushConfig(pushEndpoint: "http://x/", attributes: ["other": "v1"]) },
            { $0.filter = "x" }, { $0.pushConfig = PushConfig(pushEndpoint: "localhost:80") },
            { $0.pushConfig = PushConfig(pushEndpoint: "ftp://localhost/") },
            { $0.pushConfig = PushConfig(pushEndpoint: "http://localhost/\r\nX: y") },
            { $0.pushConfig = PushConfig(pushEndpoint: "http://x/", oidcToken: .init(serviceAccountEmail: "nobody")) },
            {
                $0.pushConfig = PushConfig(
                    pushEndpoint: "http://x/", oidcToken: .init(serviceAccountEmail: "a@b", audience: ""))
            },
        ]
        for (index, change) in changes.enumerated() {
            var subscription = Subscription(id: "sub", topic: "abc")
            change(&subscription)
            #expect(throws: PubSubError.self, "change \(index)") { try subscription.validate() }
        }
    }

    @Test("Messages that cannot be are refused")
    func badMessages() {
        var many = Attributes()
        for number in 0...100 { many["a\(number)"] = "" }
        let big = [UInt8](repeating: 1, count: PubSubMessage.sizeLimit + 1)
        for message in [
            PubSubMessage(), PubSubMessage(attributes: ["": "a"]), PubSubMessage(attributes: ["googa": "a"]),
            PubSubMessage(attributes: [String(repeating: "a", count: 257): ""]),
            PubSubMessage(attributes: ["a": String(repeating: "a", count: 1025)]), PubSubMessage(attributes: many),
            PubSubMessage(data: [1], orderingKey: String(repeating: "a", count: 1025)), PubSubMessage(data: big),
        ] {
            #expect(throws: PubSubError.self) { try message.validate() }
        }
    }

    @Test("Names of attributes are told apart by their bytes")
    func attributes() {
        let attributes: Attributes = ["\u{e9}": "1", "e\u{301}": "2"]
        #expect(attributes.count == 2)
        #expect(attributes["\u{e9}"] == "1")
        #expect(attributes.json.count == 2)
    }

    @Test("An ack id comes back as it was, and no other text is one")
    func ackIDs() {
        let id = AckID(queue: 1, seeks: 0, sequence: .max, lease: -5)
        #expect(AckID(id.text) == id)
        for text in ["", "a", String(repeating: "=", count: 43), id.text + "A", String(id.text.dropLast()), "é"] {
            #expect(AckID(text) == nil)
        }
    }

    @Test("An unwrapped push has attributes as headers, but none that would be read as the request's own")
    func unwrapped() {
        let message = StoredMessage(
            sequence: 5,
            message: PubSubMessage(
                data: [1, 2],
                attributes: [
                    "X-Mine": "1", "Authorization": "Bearer x", "content-length": "99", "Transfer-Encoding": "chunked",
                    "bad name": "x", "X-Broken": "a\r\nB: c", "X-Nul": "\0", "Host": "elsewhere", "X-Empty": "",
                ], orderingKey: "k"), publishTime: Timestamp(microseconds: 0), queues: [])
        let request = PushRequest(
            stored: message, subscription: "projects/p/subscriptions/s", attempt: 2,
            noWrapper: .init(writeMetadata: true))
        #expect(request.body == [1, 2])
        let names = request.headers.map(\.name)
        #expect(
            names == [
                "User-Agent", "x-goog-pubsub-subscription-name", "x-goog-pubsub-message-id",
                "x-goog-pubsub-publish-time", "x-goog-pubsub-delivery-attempt", "x-goog-pubsub-ordering-key", "X-Mine",
            ])
        let bare = PushRequest(stored: message, subscription: "s", attempt: nil, noWrapper: .init())
        #expect(bare.headers.map(\.name) == ["User-Agent"])
    }
}
