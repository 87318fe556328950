import HTTPTypes
import Hosting
import Identity
import JSON
import PubSub
import Scheduling
import Testing

@testable import AdminAPI

@Suite(.timeLimit(.minutes(20))) struct LiveResourcesTests {
    private func check(_ daemon: LiveDaemon, _ kind: String, _ resource: String) async throws -> JSONObject {
        let answer = try await daemon.ask(
            "POST", "/admin/v1/resources:check", #"{"resources":[{"kind":"\#(kind)","resource":\#(resource)}]}"#)
        #expect(answer.status == 200)
        return try #require(answer.json.object?["results"]?.array?.first?.object)
    }

    @Test("A declaration comes back whole, in the form of what is there, and nothing is made")
    func whole() async throws {
        try await LiveDaemon.run { daemon in
            let found = try await check(
                daemon, "subscriptions", #"{"name":"sub","topic":"projects/my-project/topics/orders"}"#)
            #expect(
                found["resource"]
                    == [
                        "ackDeadlineSeconds": 10, "detached": false, "enableMessageOrdering": false, "filter": "",
                        "labels": [:], "messageRetentionDuration": "604800s", "name": "sub",
                        "retainAckedMessages": false, "topic": "orders",
                    ])
            #expect(daemon.pubsub.subscriptions().isEmpty)
            try await daemon.pubsub.createTopic("orders")
            _ = await daemon.trivetctl("pubsub", "subscriptions", "create", "sub", "--topic", "orders")
            let all = try await daemon.ask("GET", "/admin/v1/resources?kind=subscriptions")
            #expect(all.json.object?["resources"]?.array?.first?.object?["resource"] == found["resource"])
        }
    }

    @Test(
        "What could not be made is told with the daemon's words",
        arguments: [
            ("serviceAccounts", #"{"name":"x"}"#, "is not an account's name"),
            ("serviceAccounts", #"{"nmae":"x"}"#, "unknown property \"nmae\""),
            ("topics", #"{"name":"goog"}"#, "is not the name of a topic"),
            ("topics", #"{"name":"orders","messageRetentionDuration":"1s"}"#, "10 minutes"),
            ("subscriptions", #"{"name":"sub","topic":"orders","ackDeadlineSeconds":5}"#, "ackDeadlineSeconds"),
            ("subscriptions", #"{"name":"sub","topic":"orders","filter":"("}"#, ""),
            ("roleBindings", #"{"resource":"folder","role":"roles/viewer","member":"user:a@b.c"}"#, "resource"),
            (
                "roleBindings", #"{"resource":"services/x","role":"roles/run.invoker","member":"allUsers"}"#,
                "no service"
            ),
            ("roleBindings", #"{"resource":"project","role":"roles/viewer","member":"allUsers"}"#, "services only"),
            ("buckets", #"{"name":"X"}"#, "Invalid bucket name"),
            ("buckets", #"{"name":"photos","watchedFolder":"/no/such/folder"}"#, "no folder"),
            ("notifications", #"{"bucket":"b","topic":"orders","payloadFormat":"XML"}"#, "payloadFormat"),
            ("notifications", #"{"bucket":"b","topic":"orders","eventTypes":["X"]}"#, "eventTypes"),
            ("jobs", #"{"name":"j","schedule":"61 * * * *","httpTarget":{"uri":"http://a/"}}"#, "schedule"),
            ("jobs", #"{"name":"j","schedule":"* * * * *","timeZone":"X","httpTarget":{"uri":"http://a/"}}"#, "X"),
            ("indexes", #"{"kind":"K","properties":[{"name":"a"}]}"#, "two properties"),
        ])
    func refused(kind: String, resource: String, words: String) async throws {
        try await LiveDaemon.run { daemon in
            let message = try #require(try await check(daemon, kind, resource)["message"]?.string)
            #expect(message.contains(words), "\(message)")
        }
    }

    @Test("A rehearsal is for those who may change things; unknown kinds and bodies of another form are refused")
    func access() async throws {
        try await LiveDaemon.run { daemon in
            let route = try #require(
                AdminService(daemon.parts(1_000)).routes.first { $0.path == "/admin/v1/resources:check" })
            let stranger = Peer.unix(PeerCredentials(pid: 1, uid: 4_294_967_000, gid: 7))
            let request = try HostedRequest(.post, "/", peer: stranger, body: Array(#"{"resources":[]}"#.utf8))
            #expect(try await route.handler(request).status == .forbidden)
            for body in [
                "{}", #"{"resources":1}"#, #"{"resources":[{"kind":"x","resource":{}}]}"#, #"{"resources":[1]}"#,
            ] {
                #expect(try await daemon.ask("POST", "/admin/v1/resources:check", body).status == 400)
            }
            #expect(try await daemon.ask("GET", "/admin/v1/resources?kind=x").status == 400)
        }
    }

    @Test("A topic's retention and labels, and an account's display name, are changed")
    func updates() async throws {
        try await LiveDaemon.run { daemon in
            try await daemon.pubsub.createTopic("orders")
            let patched = try await daemon.ask(
                "PATCH", "/admin/v1/pubsub/topics/orders",
                #"{"messageRetentionDuration":"1d","labels":{"a":"1","b":"2"}}"#)
            #expect(patched.json.object?["messageRetentionDuration"] == "86400s")
            let again = try await daemon.ask(
                "PATCH", "/admin/v1/pubsub/topics/orders", #"{"messageRetentionDuration":null,"labels":{"a":null}}"#)
            #expect(again.json.object?["messageRetentionDuration"] == nil)
            #expect(again.json.object?["labels"] == ["b": "2"])
            _ = try await daemon.identities.createAccount("lab-caller")
            let named = try await daemon.ask(
                "PATCH", "/admin/v1/iam/serviceAccounts/lab-caller", #"{"displayName":"Calls"}"#)
            #expect(named.json.object?["displayName"] == "Calls")
            #expect(try await daemon.ask("PATCH", "/admin/v1/iam/serviceAccounts/nobody-here", "{}").status == 404)
        }
    }
}
