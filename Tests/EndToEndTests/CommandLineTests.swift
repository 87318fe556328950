import Foundation
import JSON
import TestSupport
import Testing
import Transfer

@Suite("trivetctl against the real daemon")
struct CommandLineTests {
    /// Every command that only reads, in the order of docs/trivetctl.md.
    static let reading: [[String]] = [
        ["status"], ["services", "list"], ["services", "describe", "hello-world-service"], ["logs", "read"],
        ["scheduler", "jobs", "list"], ["scheduler", "jobs", "describe", "log-purge-job"],
        ["scheduler", "runs", "list"],
        ["datastore", "kinds", "list"], ["datastore", "entities", "list", "Message"], ["datastore", "indexes", "list"],
        ["health"], ["config", "show"], ["config", "diff"], ["log", "level"], ["audit", "list"], ["version"],
    ]

    @Test("every reading command has a table, JSON and JSON lines, and nothing on stderr")
    func formats() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        _ = try await client.post(
            daemon.url("message-board-service", "/api/v1/store"), ["name": "Bob", "message": "I am at lunch now."])
        await client.shutdown()
        for command in Self.reading {
            let table = try await daemon.trivetctl(command)
            #expect(table.status == 0, "\(command): \(table.errors)")
            #expect(!table.output.isEmpty && table.errors.isEmpty, "\(command)")
            _ = try await daemon.trivetctl(command + ["--format", "json"]).json()
            _ = try await daemon.trivetctl(command + ["--format", "ndjson"]).jsonLines()
        }
    }

    @Test("an entity is listed, described and deleted by its key")
    func entities() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        for text in ["one", "two"] {
            let body: JSONValue = ["name": "Bob", "message": .string(text)]
            _ = try await client.post(daemon.url("message-board-service", "/api/v1/store"), body)
        }
        await client.shutdown()
        let keys = try await daemon.trivetctl(
            ["datastore", "entities", "list", "Message", "--format", "value(key)"]
        ).output.split(separator: "\n").map(String.init)
        #expect(keys.count == 2)
        let described = try await daemon.trivetctl(
            ["datastore", "entities", "describe", keys[0], "--format", "json"]
        ).json()
        #expect(described.object?["properties"]?.object?["message"]?.object?["stringValue"] == "one")
        #expect(try await daemon.trivetctl(["datastore", "entities", "delete", keys[0], "--yes"]).status == 0)
        let gone = try await daemon.trivetctl(["datastore", "entities", "describe", keys[0]])
        #expect(gone.status == 5 && gone.output.isEmpty && !gone.errors.isEmpty)
    }

    @Test("logs read shows what was answered before it was asked, however long records may wait")
    func readsWhatWasServed() async throws {
        let daemon = try await TestDaemon.start(settings: ["request_log.flush_interval": "1m"])
        let client = TransferClient()
        _ = try await client.get(daemon.url("hello-world-service", "/"))
        await client.shutdown()
        // A record follows its answer's last byte.
        try await eventually("the record is read") {
            try await daemon.trivetctl(
                "logs", "read", "--service", "hello-world-service", "--format", "value(httpRequest.requestUrl)"
            ).output == "/\n"
        }
    }

    @Test("an event as deep as the services take is listed")
    func deepEvent() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1h"])
        let deep = String(repeating: "[", count: 98) + String(repeating: "]", count: 98)
        let data = Data(#"{"a":\#(deep)}"#.utf8).base64EncodedString()
        let attributes: JSONValue = ["eventType": "OBJECT_FINALIZE"]
        let envelope: JSONValue = [
            "message": ["attributes": attributes, "data": .string(data), "messageId": "deep"]
        ]
        let client = TransferClient()
        let answer = try await client.post(daemon.url("storage-logging-service", "/api/v1/pubsub"), envelope)
        await client.shutdown()
        #expect(answer.status == 200, "\(answer.text)")
        let listed = try await daemon.trivetctl([
            "datastore", "entities", "list", "StorageLog", "--format", "value(key)",
        ])
        #expect(listed.output == "StorageLog/name:deep\n", "\(listed.errors)")
    }

    @Test("a run by hand and a purge tell what they did")
    func changes() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1h"])
        let client = TransferClient()
        for number in 0..<5 {
            let event = StorageEvent(messageID: "m\(number)", objectName: "o\(number)").envelope
            _ = try await client.post(
                daemon.url("storage-logging-service", "/api/v1/pubsub"), bytes: Array(event.utf8))
        }
        await client.shutdown()
        let run = try await daemon.runJob("log-purge-job", "--format", "json").json()
        #expect(run.object?["outcome"] == "succeeded")
        let dry = try await daemon.trivetctl(["purge", "--older-than", "0s", "--dry-run", "--format", "json"]).json()
        #expect(dry.object?["deleted"] == 5)
        let purged = try await daemon.trivetctl(["purge", "--older-than", "0s", "--format", "json"]).json()
        #expect(purged == ["deleted": 5])
        let kinds = try await daemon.trivetctl(["datastore", "kinds", "list", "--format", "ndjson"])
        #expect(kinds.output.isEmpty)
    }

    @Test("exit codes: usage 2, unreachable 3, refused 4, not found 5")
    func exitCodes() async throws {
        let daemon = try await TestDaemon.start()
        #expect(try await daemon.trivetctl(["nonsense"]).status == 2)
        #expect(try await daemon.trivetctl(["purge", "--older-than", "soon"]).status == 2)
        #expect(try await daemon.trivetctl(["services", "describe", "no-such-service"]).status == 5)
        #expect(try await daemon.trivetctl(["scheduler", "jobs", "run", "no-such-job"]).status == 5)
        let platform = ["datastore", "entities", "list", "Job", "--namespace", "__trivet__"]
        #expect(try await daemon.trivetctl(platform).status == 4)
        let unreachable = try await run(
            Programs.trivetctl, ["status", "--socket", daemon.folder.file("no.sock")])
        #expect(unreachable.status == 3)
        #expect(unreachable.output.isEmpty && unreachable.errors.contains("no.sock"))
    }
}
