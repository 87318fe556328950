import AdminModel
import JSON
import Settings
import Testing

@testable import Commands

@Suite struct ResourceFileTests {
    private func read(_ text: String) -> ResourceFile { ResourceFile(Array(text.utf8), name: "f.yaml") }

    private func problems(_ text: String) -> [String] { read(text).problems.map(\.description) }

    @Test("Every member of every kind is read with its type and its line")
    func everything() throws {
        let file = read(
            """
            serviceAccounts:
            - { name: cloud-run-invoker, displayName: "Cloud Run Invoker" }
            topics:
            - name: orders
              messageRetentionDuration: 7d
            subscriptions:
            - name: push
              topic: orders
              pushConfig:
                pushEndpoint: http://storage-logging-service/api/v1/pubsub
                oidcToken: { serviceAccountEmail: a@b.c, audience: x }
                noWrapper: { writeMetadata: true }
              ackDeadlineSeconds: 20
              messageRetentionDuration: 1h
              retainAckedMessages: true
              enableMessageOrdering: false
              filter: 'attributes.a = "1"'
              retryPolicy: { minimumBackoff: 1s, maximumBackoff: 10m }
              deadLetterPolicy: { deadLetterTopic: dead, maxDeliveryAttempts: 7 }
              expirationPolicy: { ttl: 31d }
              detached: false
            roleBindings:
            - resource: project
              role: roles/viewer
              members:
              - user:a@b.c
              - user:d@e.f
            buckets:
            - { name: photos, location: US, storageClass: STANDARD, labels: { a: "1" }, watchedFolder: /srv/p }
            notifications:
            - bucket: photos
              topic: orders
              payloadFormat: NONE
              eventTypes: [OBJECT_FINALIZE]
              objectNamePrefix: in/
              customAttributes: { k: v }
            jobs:
            - name: tick
              description: says hello
              schedule: "* * * * *"
              timeZone: Europe/Zurich
              state: PAUSED
              httpTarget:
                uri: http://hello-world-service/api/v1/hello
                httpMethod: POST
                headers: { Content-Type: application/json }
                messageBody: '{"name":"é"}'
              attemptDeadline: 30s
              retryConfig: { retryCount: 3, minBackoffDuration: 1s, maxDoublings: 2 }
              missedRunPolicy: RUN_ONCE
              startDeadline: 10m
            - { name: tell, schedule: "0 9 * * *", pubsubTarget: { topicName: orders, data: AAH/, attributes: { k: v } } }
            indexes:
            - { kind: Message, ancestor: no, properties: [{ name: name }, { name: timestamp, direction: desc }] }
            """)
        #expect(file.problems.isEmpty)
        #expect(file.kinds == Set(ResourceKind.allCases))
        #expect(file.resources.count == 10)
        let bindings = file.resources.filter { $0.kind == .roleBindings }
        #expect(bindings.map { $0.json.text("member") } == ["user:a@b.c", "user:d@e.f"])
        #expect(bindings.map(\.line) == [26, 27])
        let push = try #require(file.resources.first { $0.kind == .subscriptions })
        #expect(push.json["ackDeadlineSeconds"] == 20)
        #expect(push.json["pushConfig"]?.object?["noWrapper"] == ["writeMetadata": true])
        #expect(push.marks["retryPolicy.maximumBackoff"] == .init(line: 18, value: "10m"))
        let job = try #require(file.resources.first { $0.kind == .jobs })
        #expect(job.json["httpTarget"]?.object?["body"] == .string(Base64.encode(Array(#"{"name":"é"}"#.utf8))))
        #expect(job.json["httpTarget"]?.object?["messageBody"] == nil)
    }

    @Test(
        "A file that declares nothing that can be read is refused with a reason",
        arguments: [
            ("", "f.yaml: is empty: it has lists named serviceAccounts, topics"),
            ("# only words", "f.yaml: is empty"), ("null", "f.yaml: is empty"),
            ("[]", "f.yaml:1: declares nothing"), ("topics", "f.yaml:1: declares nothing"),
            ("topics: [", "f.yaml:2: is not YAML"), ("\t: [", "f.yaml:1: is not YAML"),
            ("a: 1\n---\ntopics: []", "is not YAML"),
            ("topics:", "f.yaml:1: topics: \"\" is not a list"),
            ("topics: { name: x }", "f.yaml:1: topics: \"{…}\" is not a list"),
        ])
    func noFile(text: String, message: String) {
        let problems = problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.contains(message) == true, "\(problems)")
    }

    @Test("Bytes that are no UTF-8 are told with their line")
    func notUTF8() {
        let file = ResourceFile(Array("topics:\n".utf8) + [0xFF, 0x0A], name: "f.yaml")
        #expect(file.problems.map(\.line) == [2])
    }

    @Test("An empty list declares a kind, and nothing of it")
    func emptyList() {
        let file = read("topics: []")
        #expect(file.problems.isEmpty && file.resources.isEmpty)
        #expect(file.kinds == [.topics])
    }

    @Test("All that is wrong is told at once, each with file, line, key and value")
    func allAtOnce() {
        let found = problems(
            """
            topic: []
            topics:
            - name: orders
              nmae: x
            - messageRetentionDuration: 600
            - just a text
            subscriptions:
            - name: 12
              topic: true
              ackDeadlineSeconds: soon
              retainAckedMessages: "true"
              pushConfig: http://x
              retryPolicy: { minimumBackoff: [1s], typo: 1 }
            jobs:
            - name: j
              name: k
              schedule: "* * * * *"
              state: paused
              httpTarget: { uri: http://x, headers: { a: [1] } }
            notifications:
            - { bucket: b, topic: t, eventTypes: [OBJECT_FINALISE], payloadFormat: }
            """)
        let wanted = [
            "f.yaml:1: topic: is not known here; did you mean topics?",
            "f.yaml:4: topics[orders].nmae: is not known here; did you mean name?",
            "f.yaml:5: topics[1].messageRetentionDuration: \"600\" is a number: write a duration such as 10m or 1.5s",
            "f.yaml:5: topics[1].name: is missing",
            "f.yaml:6: topics[2]: \"just a text\" is not a mapping of name, messageRetentionDuration, labels",
            "f.yaml:8: subscriptions[12].name: \"12\" is a number: put it in quotes to make it a text",
            "f.yaml:9: subscriptions[12].topic: \"true\" is a boolean: put it in quotes to make it a text",
            "f.yaml:10: subscriptions[12].ackDeadlineSeconds: \"soon\" is not a whole number",
            "f.yaml:11: subscriptions[12].retainAckedMessages: \"true\" is neither true nor false",
            "f.yaml:12: subscriptions[12].pushConfig: \"http://x\" is not a mapping of pushEndpoint, oidcToken, noWrapper",
            "f.yaml:13: subscriptions[12].retryPolicy.minimumBackoff: \"[…]\" is not a duration such as 10m or 1.5s",
            "f.yaml:13: subscriptions[12].retryPolicy.typo: is not known here; there are: minimumBackoff, maximumBackoff",
            "f.yaml:16: jobs[j].name: stands twice: the first is on line 15",
            "f.yaml:18: jobs[j].state: \"paused\" is none of ENABLED, PAUSED; did you mean PAUSED?",
            "f.yaml:19: jobs[j].httpTarget.headers.a: \"[…]\" is not a text",
            "f.yaml:21: notifications[0].eventTypes[0]: \"OBJECT_FINALISE\" is none of "
                + "OBJECT_FINALIZE, OBJECT_METADATA_UPDATE, OBJECT_DELETE, OBJECT_ARCHIVE; did you mean OBJECT_FINALIZE?",
            "f.yaml:21: notifications[0].payloadFormat: has no value: leave it out for the default",
        ]
        for line in wanted { #expect(found.contains(line), "\(line)") }
        #expect(found.count == wanted.count, "\(found.joined(separator: "\n"))")
    }

    @Test("A body in two forms is refused")
    func twoBodies() {
        let found = problems(
            #"jobs: [{name: j, schedule: "* * * * *", httpTarget: {uri: u, body: "", messageBody: x}}]"#)
        #expect(
            found == ["f.yaml:1: jobs[j].httpTarget.messageBody: \"x\" stands beside body, which is the same in Base64"]
        )
    }

    @Test("Aliases that stand for more than there is room for are refused, soon")
    func aliases() {
        let types = "[" + Array(repeating: "OBJECT_DELETE", count: 1_100).joined(separator: ", ") + "]"
        let items = (0..<1_100).map { _ in "- { bucket: b, topic: t, eventTypes: *t }" }.joined(separator: "\n")
        let found = problems("notifications:\n- { bucket: b, topic: t, eventTypes: &t \(types) }\n\(items)")
        #expect(found.count == 1)
        #expect(found.first?.contains("has too many values, by its aliases") == true)
    }

    @Test("What the daemon says of a member is told at the innermost member that it names")
    func saidByTheDaemon() throws {
        let file = read(
            """
            subscriptions:
            - name: s
              topic: t
              retryPolicy:
                minimumBackoff: 9m
                maximumBackoff: 1s
            """)
        let declared = try #require(file.resources.first)
        #expect(
            declared.problem(said: "retryPolicy's minimumBackoff is too long").description
                == "f.yaml:5: subscriptions[s].retryPolicy.minimumBackoff: \"9m\" retryPolicy's minimumBackoff is too long"
        )
        #expect(declared.problem(said: "no").description == "f.yaml:2: subscriptions[s]: no")
    }

    @Test("What is written is read back as the same, whatever the texts hold", arguments: Texts.all)
    func writtenAndRead(text: String) throws {
        var topic = JSONObject()
        topic["name"] = .string("t")
        var bucket = JSONObject()
        bucket["name"] = .string("b")
        bucket["labels"] = .object(JSONObject().with(text, .string(text)))
        bucket["location"] = .string(text)
        let lines = ResourceYAML.lines([(.topics, [topic]), (.buckets, [bucket])])
        let file = read(lines.joined(separator: "\n") + "\n")
        #expect(file.problems.isEmpty, "\(lines)\n\(file.problems)")
        #expect(file.resources.map(\.json) == [topic, bucket], "\(lines)")
    }

    private enum Texts {
        static let all = [
            "plain", "two words", "7d", "1.5s", "12", "-1", "1e3", "0x10", "true", "No", "null", "~", "- a", "a: b",
            "a:",
            "a #b", "#a", "'", "\"", "\\", "{a}", "[a]", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "2026-01-01",
            "a\nb", "\n", " a", "a ", "\t", "é", "e\u{301}", "日本語", "\u{202E}abc", "\u{1F600}", "\u{7F}", "\u{85}",
            "\u{2028}", "=", "<<", "?", "inf", ".nan", "on", String(repeating: "long ", count: 60),
        ]
    }
}
