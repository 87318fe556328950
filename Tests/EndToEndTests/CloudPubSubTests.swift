import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Topics and subscriptions of the real daemon, asked by the cloud's own clients and by plain HTTP.
@Suite("Pub/Sub's clients work with the daemon")
struct CloudPubSubTests {
    /// Runs one part of Tests/EndToEndTests/Python/pubsub_clients.py, which has printed its result.
    private func python(_ call: String, _ arguments: String...) async throws -> CommandResult {
        try await PythonEnvironment.run(
            "import sys, pubsub_clients\nprint(pubsub_clients.\(call))", arguments, seconds: 600)
    }

    @Test(
        "Python's google-cloud-pubsub over REST, and google-api-python-client",
        arguments: ["administer", "receive", "discovery"])
    func clients(_ part: String) async throws {
        let daemon = try await TestDaemon.start()
        let result = try await python("\(part)(sys.argv[1])", try daemon.url("admin"))
        #expect(result.output == "None\n", "\(result.errors)")
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("what Google's client publishes is pushed with an ID token to the storage log, where the account may call it")
    func push() async throws {
        let daemon = try await TestDaemon.start(settings: [
            "purge.retain": "1h", "services.storage-logging-service.authentication": "required",
        ])
        let domain = "my-project.iam.gserviceaccount.com"
        let pushed = try await python(
            "push(*sys.argv[1:])", try daemon.url("admin"), "with-role", "cloud-run-invoker@\(domain)")
        let id = pushed.output.trimmingCharacters(in: .newlines)
        try #require(pushed.status == 0, "\(pushed.errors)")
        try await eventually("the event is logged") {
            let logged = try await daemon.trivetctl("datastore", "entities", "describe", "StorageLog/name:\(id)")
            return logged.status == 0 && logged.output.contains("faulkner.jpg")
        }
        #expect(try await daemon.trivetctl("iam", "service-accounts", "create", "no-role").status == 0)
        let refused = try await python(
            "push(*sys.argv[1:])", try daemon.url("admin"), "without-role", "no-role@\(domain)")
        try #require(refused.status == 0, "\(refused.errors)")
        try await eventually("the refused push is told") {
            let shown = try await daemon.trivetctl(
                "pubsub", "subscriptions", "describe", "without-role", "--format",
                "value(status.lastPushFailure.message)")
            return shown.output.contains("bind roles/run.invoker on the service to serviceAccount:no-role@\(domain)")
        }
        let audit = try await daemon.trivetctl(
            "audit", "list", "--method", "pubsub.subscriptions.create", "--format", "value(resource,result)")
        #expect(
            audit.output
                == ["without-role", "with-role"].map {
                    "projects/my-project/subscriptions/\($0)\tok\n"
                }.joined())
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("who has roles/pubsub.publisher publishes with an access token, and does nothing else")
    func publisher() async throws {
        let daemon = try await TestDaemon.start(settings: [
            "purge.retain": "1h", "admin.authentication": "required",
        ])
        #expect(try await daemon.trivetctl("iam", "service-accounts", "create", "publisher-one").status == 0)
        let account = "publisher-one@my-project.iam.gserviceaccount.com"
        let bound = try await daemon.trivetctl(
            "projects", "add-iam-policy-binding", "my-project", "--member=serviceAccount:\(account)",
            "--role=roles/pubsub.publisher")
        #expect(bound.status == 0, "\(bound.errors)")
        let token = try await daemon.trivetctl(
            "auth", "print-access-token", "--impersonate-service-account", "publisher-one")
        let published = try await python(
            "publish_only(*sys.argv[1:])", try daemon.url("admin"), token.output.trimmingCharacters(in: .newlines))
        try #require(published.status == 0, "\(published.errors)")
        let id = published.output.trimmingCharacters(in: .newlines)
        try await eventually("the event is logged", within: .seconds(60)) {
            try await daemon.trivetctl("datastore", "entities", "describe", "StorageLog/name:\(id)").status == 0
        }
        let audit = try await daemon.trivetctl(
            "audit", "list", "--method", "pubsub", "--principal", account, "--format", "value(method,result)")
        #expect(
            audit.output.split(separator: "\n").reversed() == [
                "pubsub.topics.delete\tdenied", "pubsub.subscriptions.pull\tdenied",
                "pubsub.subscriptions.seek\tdenied",
            ], "\(audit.output)\(audit.errors)")
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("a batch of Google's size goes in whatever limits.body is, and a larger request is refused")
    func largeBatches() async throws {
        let daemon = try await TestDaemon.start(settings: ["limits.body": "16KiB"])
        let topic = try daemon.url("admin", "/v1/projects/my-project/topics/large")
        let path = try daemon.url("admin", "/v1/projects/my-project/subscriptions/large")
        let client = TransferClient()
        _ = try await put(client, topic, "{}")
        _ = try await put(client, path, #"{"topic":"projects/my-project/topics/large"}"#)
        let message = #"{"data":"\#(String(repeating: "A", count: 1_300_000))"}"#
        let batch = Array(#"{"messages":[\#(Array(repeating: message, count: 10).joined(separator: ","))]}"#.utf8)
        let published = try await client.post("\(topic):publish", bytes: batch)
        #expect(published.status == 200, "\(published.text.prefix(500))")
        #expect(try published.json().object?["messageIds"]?.array?.count == 10)
        let tooLarge = Array(#"{"messages":[\#(Array(repeating: message, count: 11).joined(separator: ","))]}"#.utf8)
        let refused = try await client.post("\(topic):publish", bytes: tooLarge)
        #expect(refused.status == 400)
        #expect(try refused.json().object?["error"]?.object?["status"] == "INVALID_ARGUMENT")
        let backlog = try await daemon.trivetctl(
            "pubsub", "subscriptions", "describe", "large", "--format", "value(status.backlog)")
        #expect(backlog.output == "10\n")
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0))
    }

    private func put(_ client: TransferClient, _ url: String, _ body: String) async throws -> Answer {
        let request = TransferRequest.patient(
            method: "PUT", url: url, headers: [TransferHeader("Content-Type", "application/json")],
            body: Array(body.utf8))
        let answer = Answer(try await client.execute(request))
        #expect(answer.status == 200, "\(answer.text)")
        return answer
    }

    @Test("a message is not lost for the deadline to a client that went away while it waited")
    func vanishedClient() async throws {
        let daemon = try await TestDaemon.start()
        let topic = try daemon.url("admin", "/v1/projects/my-project/topics/waited")
        let path = try daemon.url("admin", "/v1/projects/my-project/subscriptions/waited")
        let client = TransferClient()
        _ = try await put(client, topic, "{}")
        _ = try await put(
            client, path, #"{"topic":"projects/my-project/topics/waited","ackDeadlineSeconds":600}"#)
        let waiting = try await waitingPull(daemon, path)
        waiting.send(SIGKILL)
        _ = await waiting.wait()
        try await eventually("the daemon has seen that the client is gone") {
            let active = try await daemon.metrics().filter {
                $0.key.hasPrefix("http_server_active_requests") && $0.key.contains("admin")
            }
            return active.values.reduce(0, +) == 0
        }
        let published = try await client.post("\(topic):publish", ["messages": [["data": "b25l"]]])
        #expect(published.status == 200, "\(published.text)")
        let pulled = try await client.post("\(path):pull", ["maxMessages": 10, "returnImmediately": true])
        #expect(try pulled.json().object?["receivedMessages"]?.array?.count == 1, "\(pulled.text)")
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("a waiting pull does not hold up a stop")
    func stopWhileWaiting() async throws {
        let daemon = try await TestDaemon.start(settings: ["shutdown_timeout": "600s"])
        let client = TransferClient()
        _ = try await put(client, try daemon.url("admin", "/v1/projects/my-project/topics/waited"), "{}")
        let path = try daemon.url("admin", "/v1/projects/my-project/subscriptions/waited")
        _ = try await put(client, path, #"{"topic":"projects/my-project/topics/waited"}"#)
        let waiting = try await waitingPull(daemon, path)
        #expect(await daemon.stop() == .exited(0))
        #expect(await waiting.wait() == .exited(0))
        #expect(contents(of: daemon.folder.file("pull.out")).hasSuffix("{}"))
        await client.shutdown()
    }

    /// A pull whose head has come, and whose messages have not.
    private func waitingPull(_ daemon: TestDaemon, _ path: String) async throws -> ChildProcess {
        let pull = try ChildProcess(
            try find("curl"),
            ["-sS", "--noproxy", "*", "-N", "-D", "-", "-d", #"{"maxMessages":10}"#, "\(path):pull"],
            environment: TestDaemon.environment(), output: daemon.folder.file("pull.out"))
        try await eventually("the pull waits") { contents(of: daemon.folder.file("pull.out")).contains("200 OK") }
        return pull
    }
}
