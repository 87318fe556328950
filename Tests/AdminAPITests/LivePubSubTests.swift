import Datastore
import JSON
import PubSub
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LivePubSubTests {
    @Test("Topics and subscriptions are made, shown and deleted by trivetctl")
    func lifecycle() async throws {
        try await LiveDaemon.run { daemon in
            #expect(await daemon.trivetctl("pubsub", "topics", "create", "dead").exit == 0)
            let made = await daemon.trivetctl(
                "pubsub", "topics", "create", "my-topic", "--message-retention-duration", "7d", "--format",
                "value(name,messageRetentionDuration)")
            #expect(made.lines == ["projects/my-project/topics/my-topic\t604800s"])
            #expect(await daemon.trivetctl("pubsub", "topics", "create", "my-topic").exit == 1)
            let created = await daemon.trivetctl(
                "pubsub", "subscriptions", "create", "my-sub", "--topic", "my-topic", "--push-endpoint",
                "http://127.0.0.1:1/", "--push-auth-service-account", "me@example.org", "--push-auth-token-audience",
                "me", "--push-no-wrapper", "--push-no-wrapper-write-metadata", "--ack-deadline", "20",
                "--message-retention-duration", "1d", "--retain-acked-messages", "--message-filter", "attributes:a",
                "--enable-message-ordering", "--dead-letter-topic", "dead", "--max-delivery-attempts", "7",
                "--min-retry-delay", "1s", "--max-retry-delay", "2s", "--expiration-period", "31d", "--format", "json")
            #expect(created.exit == 0, "\(created.words)")
            let shown = try JSONValue(parsing: Array(created.lines.joined(separator: "\n").utf8)).object
            #expect(shown?["name"] == "projects/my-project/subscriptions/my-sub")
            #expect(shown?["topic"] == "projects/my-project/topics/my-topic")
            #expect(
                shown?["pushConfig"]
                    == [
                        "pushEndpoint": "http://127.0.0.1:1/", "noWrapper": ["writeMetadata": true],
                        "oidcToken": ["serviceAccountEmail": "me@example.org", "audience": "me"],
                    ])
            #expect(shown?["ackDeadlineSeconds"] == 20)
            #expect(shown?["messageRetentionDuration"] == "86400s")
            #expect(shown?["retainAckedMessages"] == true)
            #expect(shown?["filter"] == "attributes:a")
            #expect(shown?["enableMessageOrdering"] == true)
            #expect(
                shown?["deadLetterPolicy"]
                    == ["deadLetterTopic": "projects/my-project/topics/dead", "maxDeliveryAttempts": 7])
            #expect(shown?["retryPolicy"] == ["minimumBackoff": "1s", "maximumBackoff": "2s"])
            #expect(shown?["expirationPolicy"] == ["ttl": "2678400s"])
            #expect(await daemon.trivetctl("pubsub", "subscriptions", "describe", "my-sub").exit == 0)
            let listed = await daemon.trivetctl(
                "pubsub", "subscriptions", "list", "--topic", "my-topic", "--format", "value(name)")
            #expect(listed.lines == ["projects/my-project/subscriptions/my-sub"])
            let topics = await daemon.trivetctl("pubsub", "topics", "list", "--format", "value(name,subscriptions)")
            #expect(
                topics.lines.last == "projects/my-project/topics/my-topic\tprojects/my-project/subscriptions/my-sub")
            #expect(await daemon.trivetctl("pubsub", "topics", "delete", "my-topic").exit == 0)
            #expect(await daemon.trivetctl("pubsub", "topics", "describe", "my-topic").exit == 5)
            let orphan = await daemon.trivetctl(
                "pubsub", "subscriptions", "describe", "my-sub", "--format", "value(topic)")
            #expect(orphan.lines == ["_deleted-topic_"])
            #expect(await daemon.trivetctl("pubsub", "subscriptions", "delete", "my-sub").exit == 0)
            #expect(await daemon.trivetctl("pubsub", "subscriptions", "delete", "my-sub").exit == 5)
        }
    }

    @Test("An update changes what is given and leaves the rest")
    func update() async throws {
        try await LiveDaemon.run { daemon in
            _ = await daemon.trivetctl("pubsub", "topics", "create", "my-topic")
            _ = await daemon.trivetctl(
                "pubsub", "subscriptions", "create", "my-sub", "--topic", "my-topic", "--min-retry-delay", "5s",
                "--dead-letter-topic", "my-topic")
            func update(_ options: String...) async -> Int32 {
                await daemon.trivetctl(["pubsub", "subscriptions", "update", "my-sub"] + options).exit
            }
            #expect(await update("--ack-deadline", "60", "--push-endpoint", "http://127.0.0.1:1/x") == 0)
            #expect(await update("--clear-retry-policy", "--clear-dead-letter-policy") == 0)
            #expect(await update("--expiration-period", "never", "--push-endpoint", "") == 0)
            #expect(await update("--ack-deadline", "5") == 2)
            #expect(await update() == 2)
            let shown = try await daemon.ask("GET", "/admin/v1/pubsub/subscriptions/my-sub").json.object
            #expect(shown?["ackDeadlineSeconds"] == 60)
            #expect(shown?["pushConfig"] == nil)
            #expect(shown?["retryPolicy"] == nil)
            #expect(shown?["deadLetterPolicy"] == nil)
            #expect(shown?["expirationPolicy"] == nil)
        }
    }

    @Test("Messages are published, pulled, acknowledged and sought")
    func messages() async throws {
        try await LiveDaemon.run { daemon in
            _ = await daemon.trivetctl("pubsub", "topics", "create", "my-topic")
            _ = await daemon.trivetctl(
                "pubsub", "subscriptions", "create", "my-sub", "--topic", "my-topic", "--retain-acked-messages")
            let publish = ["pubsub", "topics", "publish", "my-topic"]
            let first = await daemon.trivetctl(
                publish + ["--message", "one", "--attribute", "a=1,b=x=y", "--attribute", "c=", "--ordering-key", "k"])
            #expect(first.exit == 0, "\(first.words)")
            #expect(await daemon.trivetctl(publish, file: "two").exit == 0)
            #expect(await daemon.trivetctl(publish, file: "").exit == 2)
            #expect(await daemon.trivetctl(publish + ["--attribute", "nothing"]).exit == 2)
            #expect(await daemon.trivetctl("pubsub", "topics", "publish", "none", "--message", "x").exit == 5)
            let pull = ["pubsub", "subscriptions", "pull", "my-sub", "--limit", "9", "--format"]
            let pulled = await daemon.trivetctl(pull + ["value(message.data,message.attributes,ackId)"])
            let rows = pulled.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
            #expect(rows.map(\.first) == ["b25l", "dHdv"])
            #expect(rows.first?[1] == #"{"a":"1","b":"x=y","c":""}"#)
            let ids = rows.compactMap(\.last)
            #expect(await daemon.trivetctl(["pubsub", "subscriptions", "ack", "my-sub"] + ids).exit == 0)
            #expect(await daemon.trivetctl(["pubsub", "subscriptions", "ack", "my-sub"] + ids).exit == 1)
            #expect(await daemon.trivetctl("pubsub", "subscriptions", "ack", "my-sub", "x").exit == 2)
            let sought = await daemon.trivetctl(
                "pubsub", "subscriptions", "seek", "my-sub", "--time", "1h", "--format", "value(status.backlog)")
            #expect(sought.lines == ["2"])
            let again = await daemon.trivetctl(pull + ["value(message.data)", "--auto-ack"])
            #expect(again.lines == ["b25l", "dHdv"])
            #expect(await daemon.trivetctl(pull + ["value(message.data)", "--wait", "10ms"]).lines.isEmpty)
            #expect(await daemon.trivetctl("pubsub", "topics", "detach-subscription", "my-sub").exit == 0)
            #expect(await daemon.trivetctl(pull + ["json"]).exit == 1)
        }
    }

    @Test("Bodies that are not understood are refused, and change nothing")
    func badBodies() async throws {
        try await LiveDaemon.run { daemon in
            _ = await daemon.trivetctl("pubsub", "topics", "create", "my-topic")
            _ = await daemon.trivetctl("pubsub", "subscriptions", "create", "my-sub", "--topic", "my-topic")
            let topics = "/admin/v1/pubsub/topics"
            let subscriptions = "/admin/v1/pubsub/subscriptions"
            for (method, path, body) in [
                ("POST", topics, #"{}"#), ("POST", topics, #"{"name":1}"#), ("POST", topics, #"{"name":"ab"}"#),
                ("POST", topics, #"{"name":"abc","typo":1}"#),
                ("POST", topics, #"{"name":"abc","messageRetentionDuration":"soon"}"#),
                ("POST", "\(topics)/my-topic:publish", #"{}"#),
                ("POST", "\(topics)/my-topic:publish", #"{"messages":[]}"#),
                ("POST", "\(topics)/my-topic:publish", #"{"messages":[{}]}"#),
                ("POST", "\(topics)/my-topic:publish", #"{"messages":[{"data":"*"}]}"#),
                ("POST", "\(topics)/my-topic:publish", #"{"messages":[{"data":"AA==","extra":1}]}"#),
                ("POST", "\(topics)/my-topic:publish", #"{"messages":[{"attributes":{"a":1}}]}"#),
                ("POST", "\(topics)/my-topic:publish", #"{"messages":["x"]}"#),
                ("POST", subscriptions, #"{"name":"abc"}"#),
                ("POST", subscriptions, #"{"name":"abc","topic":"my-topic","pushConfig":[]}"#),
                ("POST", subscriptions, #"{"name":"abc","topic":"my-topic","pushConfig":{"oidc":1}}"#),
                ("POST", subscriptions, #"{"name":"abc","topic":"my-topic","filter":"x"}"#),
                ("POST", subscriptions, #"{"name":"abc","topic":"my-topic","ackDeadlineSeconds":"10"}"#),
                ("PATCH", "\(subscriptions)/my-sub", #"{"filter":"attributes:a"}"#),
                ("PATCH", "\(subscriptions)/my-sub", #"{"topic":"other"}"#),
                ("POST", "\(subscriptions)/my-sub:pull", #"{"maxMessages":0}"#),
                ("POST", "\(subscriptions)/my-sub:pull", #"{"maxMessages":1001}"#),
                ("POST", "\(subscriptions)/my-sub:pull", #"{"maxMessages":1,"wait":"x"}"#),
                ("POST", "\(subscriptions)/my-sub:acknowledge", #"{"ackIds":[]}"#),
                ("POST", "\(subscriptions)/my-sub:acknowledge", #"{"ackIds":[1]}"#),
                ("POST", "\(subscriptions)/my-sub:modifyAckDeadline", #"{"ackIds":["x"],"ackDeadlineSeconds":1}"#),
                ("POST", "\(subscriptions)/my-sub:seek", #"{"time":"yesterday"}"#),
                ("POST", "\(subscriptions)/my-sub:seek", #"{}"#),
            ] {
                let answer = try await daemon.ask(method, path, body)
                #expect(answer.status == 400, "\(method) \(path) \(body)")
                #expect(answer.json.object?["error"]?.object?["status"] == "INVALID_ARGUMENT")
            }
            #expect(daemon.pubsub.topics().map(\.id) == ["my-topic"])
            #expect(daemon.pubsub.subscriptions().map(\.id) == ["my-sub"])
            #expect(try daemon.pubsub.status(of: "my-sub").backlog == 0)
        }
    }

    @Test("what is published, pulled and acknowledged is audited only where it fails, without the messages' data")
    func audited() async throws {
        try await LiveDaemon.run { daemon in
            for (exit, arguments) in [
                (0, ["topics", "create", "my-topic"]),
                (0, ["subscriptions", "create", "my-sub", "--topic", "my-topic"]),
                (0, ["topics", "publish", "my-topic", "--message", "hunter2"]),
                (0, ["subscriptions", "pull", "my-sub", "--auto-ack"]), (0, ["subscriptions", "list"]),
                (5, ["topics", "publish", "no-topic", "--message", "hunter2"]),
                (2, ["subscriptions", "ack", "my-sub", "no-id"]), (5, ["subscriptions", "pull", "no-sub"]),
                (0, ["subscriptions", "seek", "my-sub", "--time", "1h"]),
            ] as [(Int32, [String])] {
                let done = await daemon.trivetctl(["pubsub"] + arguments)
                #expect(done.exit == exit, "\(done.words)")
            }
            let listed = await daemon.trivetctl("audit", "list", "--format", "value(method,resource,result,status)")
            #expect(
                listed.lines.reversed() == [
                    "pubsub.topics.create\tpubsub/topics\tok\t200",
                    "pubsub.subscriptions.create\tpubsub/subscriptions\tok\t200",
                    "pubsub.topics.publish\tpubsub/topics/no-topic\tfailed\t404",
                    "pubsub.subscriptions.acknowledge\tpubsub/subscriptions/my-sub\tfailed\t400",
                    "pubsub.subscriptions.pull\tpubsub/subscriptions/no-sub\tfailed\t404",
                    "pubsub.subscriptions.seek\tpubsub/subscriptions/my-sub\tok\t200",
                ])
            let records = await daemon.trivetctl("audit", "list", "--format", "ndjson").lines.joined()
            #expect(records.contains("(not kept)"))
            for data in ["hunter2", "aHVudGVyMg"] { #expect(!records.contains(data)) }
        }
    }

    @Test("a change of a part leaves the part's other properties as they were")
    func mergePatch() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.pubsub.createTopic("dead")
            _ = try await daemon.pubsub.createTopic("my-topic")
            let created = await daemon.trivetctl(
                "pubsub", "subscriptions", "create", "my-sub", "--topic", "my-topic", "--dead-letter-topic", "dead",
                "--min-retry-delay", "1s", "--max-retry-delay", "2s")
            #expect(created.exit == 0, "\(created.words)")
            let updated = await daemon.trivetctl(
                "pubsub", "subscriptions", "update", "my-sub", "--max-delivery-attempts", "9", "--max-retry-delay",
                "7s")
            #expect(updated.exit == 0, "\(updated.words)")
            let subscription = try daemon.pubsub.subscription("my-sub")
            #expect(subscription.deadLetterPolicy?.deadLetterTopic == "dead")
            #expect(subscription.deadLetterPolicy?.maxDeliveryAttempts == 9)
            #expect(subscription.retryPolicy?.minimumBackoff == .seconds(1))
            #expect(subscription.retryPolicy?.maximumBackoff == .seconds(7))
        }
    }

    @Test("A list of subscriptions whose state cannot be read is an error, and not a shorter list")
    func unreadable() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.pubsub.createTopic("my-topic")
            for name in ["my-sub", "no-backlog"] {
                try await daemon.pubsub.createSubscription(Subscription(id: name, topic: "my-topic"))
            }
            _ = try await daemon.pubsub.publish([PubSubMessage(data: [1])], to: "my-topic")
            try await daemon.pubsub.seek("no-backlog", to: .latest)
            daemon.engine.setBroken(true)
            let failed = try await daemon.ask("GET", "/admin/v1/pubsub/subscriptions")
            daemon.engine.setBroken(false)
            #expect(failed.status == 503, "\(failed.json)")
            let listed = try await daemon.ask("GET", "/admin/v1/pubsub/subscriptions")
            #expect(listed.json.object?["subscriptions"]?.array?.count == 2)
        }
    }

    @Test("apply changes a push token's account and audience, each without the other; update sets both")
    func pushToken() async throws {
        try await LiveDaemon.run { daemon in
            _ = try await daemon.pubsub.createTopic("my-topic")
            func token() throws -> PushConfig.OIDCToken? {
                try daemon.pubsub.subscription("my-sub").pushConfig?.oidcToken
            }
            for (account, audience) in [
                ("a@b.c", "one"), ("a@b.c", "two"), ("d@e.f", "two"), ("d@e.f", nil), ("d@e.f", "one"),
            ] as [(String, String?)] {
                let file = """
                    subscriptions:
                    - name: my-sub
                      topic: my-topic
                      pushConfig:
                        pushEndpoint: http://127.0.0.1:1/
                        oidcToken: { serviceAccountEmail: \(account)\(audience.map { ", audience: \($0)" } ?? "") }
                    """
                let applied = await daemon.trivetctl(["apply", "-f", "-"], file: file)
                #expect(applied.exit == 0, "\(applied.words)")
                #expect(try token() == .init(serviceAccountEmail: account, audience: audience))
            }
            let path = "/admin/v1/pubsub/subscriptions/my-sub"
            for bad in [#"{"serviceAccountEmail":null}"#, #"{"serviceAccountEmail":""}"#, #"{"audience":1}"#] {
                let body = #"{"pushConfig":{"oidcToken":\#(bad)}}"#
                #expect(try await daemon.ask("PATCH", path, body).status == 400, "\(bad)")
            }
            #expect(try token() == .init(serviceAccountEmail: "d@e.f", audience: "one"))
            let updated = await daemon.trivetctl(
                "pubsub", "subscriptions", "update", "my-sub", "--push-endpoint", "http://127.0.0.1:1/",
                "--push-auth-service-account", "a@b.c")
            #expect(updated.exit == 0, "\(updated.words)")
            #expect(try token() == .init(serviceAccountEmail: "a@b.c"))
        }
    }
}
