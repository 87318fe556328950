import Foundation
import JSON
import TestSupport
import Testing

/// Jobs that publish, in the real daemon: the scheduler's instant to the storage log.
@Suite("Jobs that publish")
struct PubSubJobTests {
    private func attempts(_ run: CommandResult) throws -> [JSONObject] {
        (try run.json().object?["attempts"]?.array ?? []).compactMap(\.object)
    }

    @Test("a job publishes at each instant and by hand; a puller gets it, and the lab's chain logs it")
    func publishes() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1h"])
        let pull = ["pubsub", "subscriptions", "pull", "watcher", "--auto-ack", "--limit", "10", "--format", "ndjson"]
        let subscribed = try await daemon.trivetctl(
            "pubsub", "subscriptions", "create", "watcher", "--topic", "storage-event")
        #expect(subscribed.status == 0, "\(subscribed.errors)")
        let created = try await daemon.trivetctl(
            "scheduler", "jobs", "create", "pubsub", "tick", "--schedule", "* * * * *", "--topic", "storage-event",
            "--message-body", #"{"name":"cron.jpg"}"#, "--attributes", "eventType=OBJECT_FINALIZE", "--ordering-key",
            "k", "--format", "json")
        #expect(created.status == 0, "\(created.errors)")
        #expect(
            try created.json().object?["pubsubTarget"] == [
                "topicName": "projects/my-project/topics/storage-event", "data": "eyJuYW1lIjoiY3Jvbi5qcGcifQ==",
                "attributes": ["eventType": "OBJECT_FINALIZE"], "orderingKey": "k",
            ])
        let run = try await daemon.runJob("tick", "--format", "json")
        #expect(run.status == 0, "\(run.errors)")
        let attempt = try #require(try attempts(run).first)
        #expect(attempt["status"] == 200)
        let id = try #require(attempt["messageId"]?.string)
        try await eventually("the event is logged") {
            let logged = try await daemon.trivetctl("datastore", "entities", "describe", "StorageLog/name:\(id)")
            return logged.status == 0 && logged.output.contains("cron.jpg")
        }
        // The instant after the job was made comes within a minute.
        let runs = ["scheduler", "runs", "list", "--job", "tick", "--outcome", "succeeded", "--format", "value(kind)"]
        try await eventually("an instant has run") {
            try await daemon.trivetctl(runs).output.contains("scheduled")
        }
        var pulled: [JSONObject] = []
        try await eventually("both messages are pulled") {
            pulled += try await daemon.trivetctl(pull).jsonLines().compactMap { $0.object?["message"]?.object }
            return pulled.count >= 2
        }
        #expect(pulled.contains { $0["messageId"]?.string == id })
        for message in pulled {
            #expect(message["attributes"] == ["eventType": "OBJECT_FINALIZE"] && message["orderingKey"] == "k")
            #expect(message["data"] == "eyJuYW1lIjoiY3Jvbi5qcGcifQ==")
        }
        let listed = try await daemon.trivetctl("scheduler", "jobs", "list")
        #expect(listed.output.contains("PUBLISH projects/my-project/topics/storage-event"))
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("a topic that is missing fails the run visibly, after the retries; an update mends it")
    func failures() async throws {
        let daemon = try await TestDaemon.start()
        func jobs(_ arguments: String...) async throws -> CommandResult {
            try await daemon.trivetctl(["scheduler", "jobs"] + arguments)
        }
        let created = try await jobs(
            "create", "pubsub", "lost", "--schedule", "0 0 1 1 *", "--topic", "nowhere", "--message-body", "hello",
            "--max-retry-attempts", "1", "--min-backoff", "10ms")
        #expect(created.status == 0, "\(created.errors)")
        let refused = try await jobs("run", "lost", "--format", "json")
        #expect(refused.status == 1)
        #expect(try attempts(refused).map { $0["status"] } == [404, 404])
        let advice = #"there is no topic "nowhere": trivetctl pubsub topics create nowhere"#
        #expect(try refused.json().object?["message"]?.string == advice)
        let described = try await jobs("describe", "lost", "--format", "json").json()
        #expect(described.object?["status"] == ["code": 5, "message": .string(advice)])
        let elsewhere = try await jobs(
            "update", "pubsub", "lost", "--topic", "storage-event", "--update-attributes", "a=1",
            "--clear-message-body", "--format", "json")
        #expect(elsewhere.status == 0, "\(elsewhere.errors)")
        #expect(
            try elsewhere.json().object?["pubsubTarget"] == [
                "topicName": "projects/my-project/topics/storage-event", "attributes": ["a": "1"],
            ])
        #expect(try await jobs("run", "lost").status == 0)
        #expect(try await jobs("update", "pubsub", "lost", "--clear-attributes").status == 2)
        #expect(try await jobs("update", "http", "lost", "--uri", "http://a/").status == 2)
        #expect(try await jobs("update", "pubsub", "lost", "--topic", "a/b").status == 2)
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("the purge job of a former version gets its token at the next start, unless somebody has changed it")
    func purgeJobWithoutToken() async throws {
        let folder = try TestFolder()
        let account = "cloud-run-invoker@my-project.iam.gserviceaccount.com"
        func token(_ daemon: TestDaemon) async throws -> String {
            try await daemon.trivetctl(
                "scheduler", "jobs", "describe", "log-purge-job", "--format",
                "value(httpTarget.oidcToken.serviceAccountEmail)"
            ).output.trimmingCharacters(in: .newlines)
        }
        let first = try await TestDaemon.start(in: folder)
        #expect(try await token(first) == account)
        #expect(await first.stop() == .exited(0))
        let former = """
            UPDATE entity SET properties = json_remove(properties, '$.oidcServiceAccount') \
            WHERE instr(key, CAST('log-purge-job' AS BLOB)) > 0 AND json_extract(properties, '$.schedule') IS NOT NULL; \
            SELECT changes();
            """
        let changed = try await run("sqlite3", [folder.file("data/state.db"), former])
        #expect(changed.output == "1\n", "\(changed.errors)")
        let required = ["services.storage-logging-service.authentication": "required"]
        let second = try await TestDaemon.start(in: folder, settings: required)
        #expect(try await token(second) == account)
        #expect(second.log.contains("a job of a former version calls with an ID token from now on"))
        #expect(try await second.runJob("log-purge-job").status == 0)
        let cleared = try await second.trivetctl(
            "scheduler", "jobs", "update", "http", "log-purge-job", "--clear-auth-token")
        #expect(cleared.status == 0, "\(cleared.errors)")
        #expect(await second.stop() == .exited(0))
        let third = try await TestDaemon.start(in: folder, settings: required)
        #expect(try await token(third) == "")
        let command = "trivetctl scheduler jobs update http log-purge-job --oidc-service-account-email=\(account)"
        #expect(third.log.contains("a job calls without an ID token and will be refused"))
        #expect(third.log.contains(command))
        #expect(try await third.runJob("log-purge-job").status == 1)
        #expect(try await third.trivetctl(command.split(separator: " ").dropFirst().map(String.init)).status == 0)
        #expect(try await third.runJob("log-purge-job").status == 0)
        #expect(await third.stop() == .exited(0))
    }
}
