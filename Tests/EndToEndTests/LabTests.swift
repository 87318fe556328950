import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// The hands-on lab's own curl commands, against the real daemon.
@Suite("The lab's commands give the lab's answers")
struct LabTests {
    private func curl(_ arguments: String...) async throws -> String {
        try await run("curl", ["-sS", "--noproxy", "*"] + arguments).output
    }

    private func post(_ url: String, _ body: String) async throws -> String {
        try await curl("-X", "POST", "-H", "Content-Type: application/json", "-d", body, url)
    }

    @Test("hello world")
    func helloWorld() async throws {
        let daemon = try await TestDaemon.start()
        let base = try daemon.url("hello-world-service")
        #expect(try await curl(base) == "Hello world service.")
        #expect(
            try await post(base + "/api/v1/hello", #"{"name":"Google Cloud Platform"}"#)
                == #"{"message":"Hello, Google Cloud Platform!"}"#)
        #expect(try await post(base + "/api/v1/hello", "{}") == #"{"message":"Hello, World!"}"#)
    }

    @Test("message board: what is stored is retrieved, oldest first")
    func messageBoard() async throws {
        let daemon = try await TestDaemon.start()
        let base = try daemon.url("message-board-service")
        #expect(try await curl(base) == "Message board service.")
        let stored = try await post(base + "/api/v1/store", #"{"name":"Bob","message":"I am at lunch now."}"#)
        let timestamp = try #require(try JSONValue(parsing: Array(stored.utf8)).object?["timestamp"]?.string)
        #expect(stored == #"{"message":"I am at lunch now.","name":"Bob","timestamp":"\#(timestamp)"}"#)
        #expect(
            timestamp.wholeMatch(of: /(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/)
                != nil)
        _ = try await post(base + "/api/v1/store", #"{"name":"Bob","message":"I am back."}"#)
        _ = try await post(base + "/api/v1/store", #"{"name":"Alice","message":"Hello."}"#)
        let retrieved = try JSONValue(
            parsing: Array(try await post(base + "/api/v1/retrieve", #"{"name":"Bob"}"#).utf8))
        let messages = try #require(retrieved.object?["messages"]?.array)
        #expect(messages.map { $0.object?["message"] } == ["I am at lunch now.", "I am back."])
        #expect(retrieved.object?["name"] == "Bob")
        #expect(try await post(base + "/api/v1/retrieve", #"{"name":"Nobody"}"#) == #"{"messages":[],"name":"Nobody"}"#)
        #expect(
            try await post(base + "/api/v1/store", #"{"name":"Bob"}"#)
                == #"{"message":"name and message properties are required."}"#)
        #expect(try await post(base + "/api/v1/retrieve", "{}") == #"{"message":"name property is required."}"#)
    }

    @Test("storage logging: a pushed event is stored once, and purged")
    func storageLogging() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1ms"])
        try await daemon.pausePurges()
        let base = try daemon.url("storage-logging-service")
        #expect(try await curl(base) == "Storage logging service.")
        let envelope = StorageEvent(messageID: "1", objectName: "faulkner.jpg").envelope
        let first = try await post(base + "/api/v1/pubsub", envelope)
        let logged = try #require(try JSONValue(parsing: Array(first.utf8)).object)
        #expect(logged["name"] == "faulkner.jpg")
        #expect(logged["timestamp"]?.string?.hasSuffix("GMT") == true)
        #expect(try await post(base + "/api/v1/pubsub", envelope) == first, "a redelivery gives the stored answer")
        let other = StorageEvent(messageID: "2", objectName: "x", eventType: "OBJECT_DELETE").envelope
        #expect(try await post(base + "/api/v1/pubsub", other) == #"{"message":"This is Not a file upload event."}"#)
        let listed = try await daemon.trivetctl("datastore", "entities", "list", "StorageLog", "--format", "ndjson")
        #expect(try listed.jsonLines().count == 1)
        let probe = try await curl("-I", "-o", "/dev/null", "-w", "%{http_code}", base + "/api/v1/purge")
        #expect(probe == "405", "a probe must not delete")
        let purged = try JSONValue(parsing: Array(try await curl(base + "/api/v1/purge").utf8)).object
        #expect(purged?["message"] == "succeeded.")
        #expect(purged?["deleted"] == 1)
    }

    @Test("the purge runs each minute by itself, and the ledger tells of it")
    func purgeEachMinute() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1ms"])
        let client = TransferClient()
        let event = StorageEvent(messageID: "7", objectName: "a.jpg").envelope
        let posted = try await client.post(
            daemon.url("storage-logging-service", "/api/v1/pubsub"), bytes: Array(event.utf8))
        #expect(posted.status == 200)
        try await eventually("the event is purged") {
            let rows = try await daemon.trivetctl("datastore", "entities", "list", "StorageLog", "--format", "ndjson")
            return rows.output.isEmpty
        }
        try await eventually("the ledger has the run") {
            let runs = try await daemon.trivetctl("scheduler", "runs", "list", "--format", "ndjson").jsonLines()
            return runs.contains { line in
                line.object?["job"] == "log-purge-job" && line.object?["kind"] == "scheduled"
                    && line.object?["outcome"] == "succeeded"
            }
        }
        await client.shutdown()
    }
}

/// A Pub/Sub push envelope around a Cloud Storage event.
struct StorageEvent {
    var messageID: String
    var objectName: String
    var eventType = "OBJECT_FINALIZE"

    var envelope: String {
        let resource: JSONValue = ["kind": "storage#object", "name": .string(objectName), "size": "5"]
        let data = Data(resource.serialized()).base64EncodedString()
        let envelope: JSONValue = [
            "message": [
                "attributes": [
                    "bucketId": "photostore", "eventType": .string(eventType), "objectId": .string(objectName),
                    "payloadFormat": "JSON_API_V1",
                ],
                "data": .string(data), "messageId": .string(messageID), "message_id": .string(messageID),
                "publishTime": "2020-12-28T00:20:01.1Z", "publish_time": "2020-12-28T00:20:01.1Z",
            ],
            "subscription": "projects/my-project/subscriptions/push-storage-event",
        ]
        return String(decoding: envelope.serialized(), as: UTF8.self)
    }
}
