import HTTPTypes
import JSON
import Synchronization
import Testing

@testable import CloudAPI
@testable import Hosting
@testable import PubSub

@Suite(.timeLimit(.minutes(20))) struct LivePubSubTests {
    private static let project = "/v1/projects/my-project"

    @Test("All fields of a subscription that Trivet carries come back as they were given, in either spelling")
    func roundTrip() async throws {
        let resource = """
            {"ackDeadlineSeconds":20,"deadLetterPolicy":{"deadLetterTopic":"projects/my-project/topics/dead",\
            "maxDeliveryAttempts":7},"enableMessageOrdering":true,"expirationPolicy":{"ttl":"2678400s"},\
            "filter":"attributes:a","labels":{"team":"a","x_y":"b"},"messageRetentionDuration":"86400.5s",\
            "name":"projects/my-project/subscriptions/my-sub","pushConfig":{"attributes":{"x-goog-version":"v1"},\
            "noWrapper":{"writeMetadata":true},"oidcToken":{"audience":"me","serviceAccountEmail":"me@example.org"},\
            "pushEndpoint":"http://127.0.0.1:1/"},"retainAckedMessages":true,\
            "retryPolicy":{"maximumBackoff":"2.5s","minimumBackoff":"1s"},"state":"ACTIVE",\
            "topic":"projects/my-project/topics/my-topic"}
            """
        try await LivePubSub.run { live in
            try await live.done(.put, "\(Self.project)/topics/my-topic")
            try await live.done(.put, "\(Self.project)/topics/dead", #"{"messageRetentionDuration":"600s"}"#)
            let path = "\(Self.project)/subscriptions/my-sub"
            let made = try await live.done(.put, path, resource)
            #expect(String(decoding: JSONValue.object(made).serialized(), as: UTF8.self) == resource)
            #expect(try await live.done(.get, path) == made)
            try await live.done(.delete, path)
            // As some clients write it, with what only tells of it, and with numbers for names.
            let spelled = resource.replacing("ackDeadlineSeconds\":20", with: "ack_deadline_seconds\":\"20\"")
                .replacing("pushEndpoint", with: "push_endpoint").replacing("\"ACTIVE\"", with: "1")
            #expect(try await live.done(.put, path, spelled) == made)
            let least = try await live.done(
                .put, "\(Self.project)/subscriptions/least",
                #"{"topic":"projects/my-project/topics/dead","ackDeadlineSeconds":0,"pushConfig":{}}"#)
            #expect(
                JSONValue.object(least) == [
                    "ackDeadlineSeconds": 10, "expirationPolicy": [:], "messageRetentionDuration": "604800s",
                    "name": "projects/my-project/subscriptions/least", "pushConfig": [:], "state": "ACTIVE",
                    "topic": "projects/my-project/topics/dead", "topicMessageRetentionDuration": "600s",
                ])
            try await live.done(.delete, "\(Self.project)/topics/dead")
            let orphan = try await live.done(.get, "\(Self.project)/subscriptions/least")
            #expect(orphan["topic"] == "_deleted-topic_" && orphan["topicMessageRetentionDuration"] == nil)
        }
    }

    @Test("A PATCH changes what its mask names, as a whole or within, and nothing else")
    func patches() async throws {
        try await LivePubSub.run { live in
            let topic = "\(Self.project)/topics/my-topic"
            try await live.done(.put, topic, #"{"labels":{"a":"1"},"messageRetentionDuration":"600s"}"#)
            let changed = try await live.done(
                .patch, topic,
                #"{"topic":{"labels":{"b":"2"},"messageRetentionDuration":"900s"},"updateMask":"labels"}"#
            )
            #expect(changed["labels"] == ["b": "2"] && changed["messageRetentionDuration"] == "600s")
            let cleared = try await live.done(
                .patch, topic, #"{"topic":{},"updateMask":"labels,message_retention_duration"}"#)
            #expect(cleared["labels"] == nil && cleared["messageRetentionDuration"] == nil)

            let path = "\(Self.project)/subscriptions/my-sub"
            let before = try await live.done(
                .put, path,
                """
                {"topic":"projects/my-project/topics/my-topic","ackDeadlineSeconds":30,"labels":{"a":"1"},\
                "retryPolicy":{"minimumBackoff":"5s","maximumBackoff":"7s"},"filter":"attributes:a",\
                "pushConfig":{"pushEndpoint":"http://127.0.0.1:1/a","oidcToken":{"serviceAccountEmail":"a@b"}}}
                """)
            func patch(_ subscription: String, _ mask: String) async throws -> JSONObject {
                try await live.done(
                    .patch, path, #"{"subscription":\#(subscription),"updateMask":"\#(mask)"}"#)
            }
            // A client sends the whole subscription along; what does not change is not looked at.
            var expected = before
            expected["ackDeadlineSeconds"] = 60
            #expect(
                try await patch(
                    #"{"ackDeadlineSeconds":60,"filter":"x","detached":true,"odd":1}"#, "ackDeadlineSeconds")
                    == expected)
            expected["pushConfig"] = [
                "pushEndpoint": "http://127.0.0.1:1/b", "oidcToken": ["serviceAccountEmail": "a@b"],
            ]
            #expect(
                try await patch(
                    #"{"push_config":{"push_endpoint":"http://127.0.0.1:1/b"}}"#, "push_config.push_endpoint")
                    == expected)
            expected["retryPolicy"] = ["minimumBackoff": "6s", "maximumBackoff": "7s"]
            #expect(
                try await patch(#"{"retryPolicy":{"minimumBackoff":"6s"}}"#, "retryPolicy.minimumBackoff") == expected)
            expected["retryPolicy"] = ["minimumBackoff": "10s", "maximumBackoff": "600s"]
            #expect(try await patch(#"{"retryPolicy":{}}"#, "retryPolicy") == expected)
            expected["retryPolicy"] = nil
            expected["labels"] = nil
            expected["pushConfig"] = [:]
            expected["ackDeadlineSeconds"] = 10
            #expect(try await patch("{}", "retryPolicy,labels,pushConfig,ackDeadlineSeconds") == expected)
            try await live.done(
                .post, "\(path):modifyPushConfig", #"{"pushConfig":{"pushEndpoint":"http://127.0.0.1:1/c"}}"#)
            #expect(try live.pubsub.subscription("my-sub").pushConfig?.pushEndpoint == "http://127.0.0.1:1/c")
            try await live.done(.post, "\(path):modifyPushConfig", "{}")
            #expect(try live.pubsub.subscription("my-sub").pushConfig == nil)
        }
    }

    @Test("Lists come in pages, each beginning where the one before ended")
    func pages() async throws {
        try await LivePubSub.run { live in
            for number in 0..<5 {
                try await live.done(.put, "\(Self.project)/topics/topic-\(number)")
                try await live.done(
                    .put, "\(Self.project)/subscriptions/sub-\(number)",
                    #"{"topic":"projects/my-project/topics/topic-0"}"#)
            }
            for (target, name, prefix) in [
                ("topics", "topics", "topic"), ("subscriptions", "subscriptions", "sub"),
                ("topics/topic-0/subscriptions", "subscriptions", "sub"),
            ] {
                var found: [String] = []
                var token = ""
                var sizes: [Int] = []
                repeat {
                    let page = try await live.done(
                        .get, "\(Self.project)/\(target)?pageSize=2&pageToken=\(token)&$alt=json%3Benum-encoding%3Dint")
                    let list = try #require(page[name]?.array)
                    sizes.append(list.count)
                    found += list.compactMap { $0.string ?? $0.object?["name"]?.string }
                    token = page["nextPageToken"]?.string ?? ""
                } while !token.isEmpty
                #expect(sizes == [2, 2, 1])
                let collection = prefix == "topic" ? "topics" : "subscriptions"
                #expect(found == (0..<5).map { "projects/my-project/\(collection)/\(prefix)-\($0)" })
            }
            let some = try await live.done(.get, "\(Self.project)/topics?fields=topics(name)&pageSize=1")
            #expect(JSONValue.object(some) == ["topics": [["name": "projects/my-project/topics/topic-0"]]])
            for empty in ["snapshots", "schemas", "topics/topic-0/snapshots", "topics/topic-1/subscriptions"] {
                #expect(try await live.done(.get, "\(Self.project)/\(empty)").isEmpty)
            }
        }
    }

    @Test("Messages go in and out in Google's form; what is given back comes again, what is acknowledged does not")
    func messages() async throws {
        try await LivePubSub.run { live in
            try await live.done(.put, "\(Self.project)/topics/my-topic")
            let path = "\(Self.project)/subscriptions/my-sub"
            try await live.done(
                .put, path,
                // A deadline that a busy machine does not let pass in between.
                """
                {"topic":"projects/my-project/topics/my-topic","retainAckedMessages":true,"ackDeadlineSeconds":600}
                """)
            let published = try await live.done(
                .post, "\(Self.project)/topics/my-topic:publish",
                """
                {"messages":[{"data":"_-8=","attributes":{"a_b":"é\\u0000"},"orderingKey":"k"},{"data":"b25l",\
                "messageId":"","publishTime":null},{"attributes":{"only":""}}]}
                """)
            let ids = try #require(published["messageIds"]?.array).compactMap(\.string)
            #expect(ids.count == 3)
            func pull(_ limit: Int = 9) async throws -> [JSONObject] {
                let answer = try await live.done(
                    .post, "\(path):pull", #"{"maxMessages":\#(limit),"returnImmediately":true}"#)
                return (answer["receivedMessages"]?.array ?? []).compactMap(\.object)
            }
            let first = try await pull()
            let inner = first.compactMap { $0["message"]?.object }
            #expect(inner.compactMap { $0["messageId"]?.string } == ids)
            #expect(inner[0]["data"] == "/+8=" && inner[0]["attributes"] == ["a_b": "é\0"])
            #expect(inner[0]["orderingKey"] == "k" && inner[1]["attributes"] == nil && inner[2]["data"] == nil)
            #expect(first.allSatisfy { $0["deliveryAttempt"] == nil })
            #expect(try await pull().isEmpty)
            let ackIDs = first.compactMap { $0["ackId"]?.string }
            try await live.done(
                .post, "\(path):modifyAckDeadline", #"{"ackIds":["\#(ackIDs[0])"],"ackDeadlineSeconds":0}"#)
            let again = try await pull()
            #expect(again.compactMap { $0["message"]?.object?["messageId"]?.string } == [ids[0]])
            let newer = try #require(again.first?["ackId"]?.string)
            try await live.done(
                .post, "\(path):acknowledge", #"{"ackIds":["\#(newer)","\#(ackIDs[1])","\#(ackIDs[2])"]}"#)
            #expect(try live.pubsub.status(of: "my-sub").backlog == 0)
            try await live.done(.post, "\(path):seek", #"{"time":"2026-01-31T09:00:00Z"}"#)
            #expect(try await pull().count == 3)
            try await live.done(.post, "\(path):detach")
            #expect(try await live.done(.get, path)["detached"] == true)
            #expect(try await live.ask(.post, "\(path):pull", #"{"maxMessages":1}"#).code == "FAILED_PRECONDITION")
        }
    }

    @Test("A pull waits for its first message")
    func waitingPull() async throws {
        try await LivePubSub.run { live in
            try await live.done(.put, "\(Self.project)/topics/my-topic")
            let path = "\(Self.project)/subscriptions/my-sub"
            try await live.done(.put, path, #"{"topic":"projects/my-project/topics/my-topic"}"#)
            let pulled = Task {
                // On a machine that stands still for long, a pull may have waited in vain.
                while true {
                    let answer = try await live.done(.post, "\(path):pull", #"{"max_messages":5}"#)
                    if !answer.isEmpty { return answer }
                }
            }
            while try !live.waitsLong("my-sub") { try await Task.sleep(for: .milliseconds(2)) }
            try await live.done(
                .post, "\(Self.project)/topics/my-topic:publish", #"{"messages":[{"data":"b25l"}]}"#)
            #expect(try await pulled.value["receivedMessages"]?.array?.count == 1)
        }
    }

    @Test("What was pulled for a client that has gone meanwhile is there for the next one")
    func vanishedClient() async throws {
        try await LivePubSub.run { live in
            try await live.done(.put, "\(Self.project)/topics/my-topic")
            let path = "\(Self.project)/subscriptions/my-sub"
            try await live.done(
                .put, path, #"{"topic":"projects/my-project/topics/my-topic","ackDeadlineSeconds":600}"#)
            let hasEnded = Atomic(false)
            async let gone: Void = {
                await #expect(throws: ClientGone.self) {
                    try await live.ask(.post, "\(path):pull", #"{"maxMessages":5}"#, hasGone: true)
                }
                hasEnded.store(true, ordering: .releasing)
            }()
            while try !live.waitsLong("my-sub"), !hasEnded.load(ordering: .acquiring) {
                try await Task.sleep(for: .milliseconds(2))
            }
            try await live.done(
                .post, "\(Self.project)/topics/my-topic:publish", #"{"messages":[{"data":"b25l"}]}"#)
            await gone
            let pulled = try await live.done(.post, "\(path):pull", #"{"maxMessages":5,"returnImmediately":true}"#)
            #expect(pulled["receivedMessages"]?.array?.count == 1)
        }
    }

    @Test("What cannot be done is answered with Google's code, and the field where it is one")
    func refusals() async throws {
        try await LivePubSub.run { live in
            let topic = "\(Self.project)/topics/my-topic"
            let path = "\(Self.project)/subscriptions/my-sub"
            try await live.done(.put, topic)
            try await live.done(.put, path, #"{"topic":"projects/my-project/topics/my-topic"}"#)
            let new = "\(Self.project)/subscriptions/new"
            func of(_ members: String) -> String { #"{"topic":"projects/my-project/topics/my-topic",\#(members)}"# }
            for (method, target, body, status, code, field) in [
                (.put, topic, "", 409, "ALREADY_EXISTS", nil),
                (.put, "\(Self.project)/topics/ab", "", 400, "INVALID_ARGUMENT", nil),
                (.put, "\(Self.project)/topics/new", "[1]", 400, "INVALID_ARGUMENT", nil),
                (.put, "\(Self.project)/topics/new", #"{"lables":{}}"#, 400, "INVALID_ARGUMENT", "lables"),
                (.put, "\(Self.project)/topics/new", #"{"kmsKeyName":"k"}"#, 501, "UNIMPLEMENTED", nil),
                (
                    .put, "\(Self.project)/topics/new", #"{"messageRetentionDuration":"1s"}"#, 400, "INVALID_ARGUMENT",
                    "messageRetentionDuration"
                ),
                (.get, "/v1/projects/other/topics", "", 404, "NOT_FOUND", nil),
                (.get, "/v1/projects/other/topics/my-topic", "", 404, "NOT_FOUND", nil),
                (.get, "\(Self.project)/topics/none", "", 404, "NOT_FOUND", nil),
                (.get, "\(Self.project)/topics?pageSize=-1", "", 400, "INVALID_ARGUMENT", nil),
                (.get, "\(Self.project)/topics?pageToken=!", "", 400, "INVALID_ARGUMENT", "pageToken"),
                (.get, "\(topic)?alt=xml", "", 400, "INVALID_ARGUMENT", nil),
                (.patch, topic, #"{"topic":{"labels":{}}}"#, 400, "INVALID_ARGUMENT", "updateMask"),
                (.patch, topic, #"{"topic":{},"updateMask":"name"}"#, 400, "INVALID_ARGUMENT", "updateMask"),
                (.patch, topic, #"{"topic":1,"updateMask":"labels"}"#, 400, "INVALID_ARGUMENT", "topic"),
                (.post, "\(topic):publish", "{}", 400, "INVALID_ARGUMENT", nil),
                (.post, "\(topic):publish", #"{"messages":[{}]}"#, 400, "INVALID_ARGUMENT", nil),
                (
                    .post, "\(topic):publish", #"{"messages":[{"data":"*"}]}"#, 400, "INVALID_ARGUMENT",
                    "messages[0].data"
                ),
                (
                    .post, "\(Self.project)/topics/none:publish", #"{"messages":[{"data":"AA=="}]}"#, 404, "NOT_FOUND",
                    nil
                ),
                (.put, new, "{}", 400, "INVALID_ARGUMENT", "topic"),
                (.put, new, #"{"topic":"projects/my-project/topics/none"}"#, 404, "NOT_FOUND", nil),
                (.put, path, of(#""filter":"""#), 409, "ALREADY_EXISTS", nil),
                (.put, new, of(#""filter":"x""#), 400, "INVALID_ARGUMENT", "filter"),
                (.put, new, of(#""ackDeadlineSeconds":5"#), 400, "INVALID_ARGUMENT", "ackDeadlineSeconds"),
                (.put, new, of(#""enableExactlyOnceDelivery":true"#), 501, "UNIMPLEMENTED", nil),
                (.put, new, of(#""bigqueryConfig":{"table":"t"}"#), 501, "UNIMPLEMENTED", nil),
                (
                    .put, new, of(#""deadLetterPolicy":{"maxDeliveryAttempts":5}"#), 400, "INVALID_ARGUMENT",
                    "deadLetterPolicy.deadLetterTopic"
                ),
                (
                    .put, new, of(#""pushConfig":{"pushEndpoint":"ftp://x/"}"#), 400, "INVALID_ARGUMENT",
                    "pushConfig.pushEndpoint"
                ),
                (
                    .put, new,
                    of(#""pushConfig":{"pushEndpoint":"http://x/","attributes":{"x-goog-version":"v1beta1"}}"#),
                    400, "INVALID_ARGUMENT", "pushConfig.attributes"
                ),
                (
                    .patch, path, #"{"subscription":{"filter":"attributes:a"},"updateMask":"filter"}"#, 400,
                    "INVALID_ARGUMENT", "updateMask"
                ),
                (.post, "\(path):pull", "{}", 400, "INVALID_ARGUMENT", "maxMessages"),
                (.post, "\(path):acknowledge", "{}", 400, "INVALID_ARGUMENT", "ackIds"),
                (.post, "\(path):acknowledge", #"{"ackIds":["x"]}"#, 400, "INVALID_ARGUMENT", "ackIds"),
                (
                    .post, "\(path):modifyAckDeadline", #"{"ackIds":["x"],"ackDeadlineSeconds":601}"#, 400,
                    "INVALID_ARGUMENT", "ackIds"
                ),
                (.post, "\(path):seek", "{}", 400, "INVALID_ARGUMENT", "time"),
                (.post, "\(path):seek", #"{"time":"soon"}"#, 400, "INVALID_ARGUMENT", "time"),
                (
                    .post, "\(path):seek", #"{"snapshot":"projects/my-project/snapshots/x"}"#, 501, "UNIMPLEMENTED", nil
                ),
                (.put, "\(Self.project)/snapshots/snap", "", 501, "UNIMPLEMENTED", nil),
                (.post, "\(Self.project)/schemas", "{}", 501, "UNIMPLEMENTED", nil),
                (.post, "\(Self.project)/schemas/s:commit", "{}", 501, "UNIMPLEMENTED", nil),
                (
                    .post, "\(topic):setIamPolicy",
                    #"{"policy":{"bindings":[{"role":"roles/pubsub.publisher","members":["allUsers"]}]}}"#, 501,
                    "UNIMPLEMENTED", nil
                ),
            ] as [(HTTPRequest.Method, String, String, Int, String, String?)] {
                let answer = try await live.ask(method, target, body)
                #expect(answer.status == status, "\(method) \(target) \(body): \(answer.json)")
                #expect(answer.code == code, "\(method) \(target) \(body): \(answer.json)")
                #expect(answer.field == field, "\(method) \(target) \(body): \(answer.json)")
            }
            #expect(live.pubsub.topics().map(\.id) == ["my-topic"])
            #expect(live.pubsub.subscriptions().map(\.id) == ["my-sub"])
        }
    }

    @Test("On the socket others than root and the daemon's user read only, and may be told so before")
    func access() async throws {
        try await LivePubSub.run { live in
            let topic = "\(Self.project)/topics/my-topic"
            try await live.done(.put, topic)
            #expect(try await live.ask(.delete, topic, as: 1).code == "PERMISSION_DENIED")
            #expect(
                try await live.ask(.post, "\(topic):publish", #"{"messages":[{"data":"AA=="}]}"#, as: 1).status == 403)
            #expect(try await live.ask(.get, topic, as: 1).status == 200)
            #expect(try await live.ask(.get, "\(topic):getIamPolicy", as: 1).json.object?["etag"] == "AA==")
            let asked = #"{"permissions":["pubsub.topics.get","pubsub.topics.publish","pubsub.topics.getIamPolicy"]}"#
            #expect(
                try await live.ask(.post, "\(topic):testIamPermissions", asked, as: 1).json
                    == ["permissions": ["pubsub.topics.get", "pubsub.topics.getIamPolicy"]])
            #expect(
                try await live.ask(.post, "\(topic):testIamPermissions", asked, as: 0).json.object?["permissions"]?
                    .array?.count == 3)
            #expect(
                try await live.ask(
                    .post, "\(topic):testIamPermissions", #"{"permissions":["pubsub.topics.*"]}"#
                ).status == 400)
            try await live.done(.post, "\(topic):setIamPolicy", #"{"policy":{"bindings":[]}}"#)
            #expect(try await live.ask(.delete, topic, as: 4_711).status == 200)
        }
    }

    @Test("What administers is audited, what moves messages where it fails, and nothing that reads")
    func audited() async throws {
        try await LivePubSub.run { live in
            #expect(
                Set(live.audited) == [
                    "pubsub.topics.create", "pubsub.topics.update", "pubsub.topics.delete",
                    "pubsub.topics.setIamPolicy",
                    "pubsub.topics.publish refusals", "pubsub.subscriptions.create", "pubsub.subscriptions.update",
                    "pubsub.subscriptions.delete", "pubsub.subscriptions.detach",
                    "pubsub.subscriptions.modifyPushConfig", "pubsub.subscriptions.seek",
                    "pubsub.subscriptions.setIamPolicy", "pubsub.subscriptions.pull refusals",
                    "pubsub.subscriptions.acknowledge refusals", "pubsub.subscriptions.modifyAckDeadline refusals",
                ])
        }
    }
}
