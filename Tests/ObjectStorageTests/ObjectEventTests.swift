import JSON
import Synchronization
import Testing

@testable import ObjectStorage

@Suite struct ObjectEventTests {
    private func storage(_ wish: NotificationConfig) async throws -> TestStorage {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        _ = try await test.storage.createNotification(wish, of: "photos")
        return test
    }

    private func types(_ messages: [JSONObject]) -> [String] {
        messages.compactMap { $0["attributes"]?.object?["eventType"]?.string }
    }

    @Test(
        "A stored object is told with exactly Google's attributes, and its resource as pretty JSON with a final newline"
    )
    func payload() async throws {
        let test = try await storage(
            NotificationConfig(
                topic: "projects/p/topics/t", customAttributes: JSONObject([.init("mine", "yes")]) ?? .init()))
        let object = try await test.storage.store([1], "photos", "a b", ObjectMetadata(contentType: "image/png"))
        let message = try #require(try await test.messages().first)
        #expect(message["topic"] == "projects/p/topics/t")
        let attributes = try #require(message["attributes"]?.object)
        #expect(
            attributes.map(\.name) == [
                "bucketId", "eventTime", "eventType", "mine", "notificationConfig", "objectGeneration", "objectId",
                "payloadFormat",
            ])
        #expect(attributes["bucketId"] == "photos" && attributes["objectId"] == "a b" && attributes["mine"] == "yes")
        #expect(attributes["eventType"] == "OBJECT_FINALIZE" && attributes["payloadFormat"] == "JSON_API_V1")
        #expect(attributes["notificationConfig"] == "projects/_/buckets/photos/notificationConfigs/1")
        #expect(attributes["objectGeneration"]?.string == String(object.generation))
        #expect(attributes["eventTime"]?.string?.wholeMatch(of: #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/#) != nil)
        let data = try #require(message["data"]?.string)
        #expect(data.hasPrefix("{\n  \"") && data.hasSuffix("\n}\n"))
        let resource = try #require(try JSONValue(parsing: Array(data.utf8)).object)
        #expect(resource == object.resource(baseURL: "http://127.0.0.1:9400"))
        #expect(
            resource["size"] == "1" && resource["contentType"] == "image/png" && resource["kind"] == "storage#object")
        #expect(test.topics.told.withLock { $0 } == 1)
    }

    @Test("Overwriting, changing, moving and deleting are told with their generations")
    func kinds() async throws {
        let test = try await storage(NotificationConfig(topic: "projects/p/topics/t"))
        let first = try await test.storage.store([1], "photos", "a")
        let second = try await test.storage.store([2], "photos", "a")
        _ = try await test.storage.updateObject("photos", "a") { $0.contentType = "x/y" }
        let moved = try await test.storage.move(ObjectPlace("photos", "a"), to: ObjectPlace("photos", "b"))
        try await test.storage.deleteObject("photos", "b")
        let messages = try await test.messages()
        #expect(
            types(messages) == [
                "OBJECT_FINALIZE", "OBJECT_FINALIZE", "OBJECT_DELETE", "OBJECT_METADATA_UPDATE", "OBJECT_FINALIZE",
                "OBJECT_DELETE", "OBJECT_DELETE",
            ])
        let attributes = messages.compactMap { $0["attributes"]?.object }
        #expect(attributes[1]["overwroteGeneration"]?.string == String(first.generation))
        #expect(attributes[2]["overwrittenByGeneration"]?.string == String(second.generation))
        #expect(attributes[2]["objectGeneration"]?.string == String(first.generation))
        #expect(attributes[4]["objectId"] == "b" && attributes[5]["objectId"] == "a")
        #expect(moved.generation > second.generation && test.files.isEmpty)
    }

    @Test("Event types, prefixes and the empty payload are kept to")
    func filters() async throws {
        let test = try await storage(
            NotificationConfig(
                topic: "projects/p/topics/t", eventTypes: [.delete], objectNamePrefix: "in/", payloadFormat: .none))
        try await test.storage.store([1], "photos", "in/a")
        try await test.storage.store([1], "photos", "out")
        try await test.storage.deleteObject("photos", "out")
        try await test.storage.deleteObject("photos", "in/a")
        let messages = try await test.messages()
        #expect(types(messages) == ["OBJECT_DELETE"])
        #expect(messages.first?["data"] == "")
        #expect(messages.first?["attributes"]?.object?["payloadFormat"] == "NONE")
    }

    @Test("What was not stored is not told")
    func transactional() async throws {
        let test = try await storage(NotificationConfig(topic: "projects/p/topics/t"))
        try await test.storage.store([1], "photos", "a")
        let none = Preconditions(generationMatch: 0)
        let upload = try await test.storage.upload("photos", "b", .init(), none)
        try await test.storage.store([1], "photos", "b")
        #expect(await code { _ = try await upload.finish() } == .conditionNotMet)
        #expect(await code { try await test.storage.deleteObject("photos", "a", none) } == .conditionNotMet)
        #expect(try await test.messages().count == 2)
    }

    @Test("Notifications are numbered for good, bounded, and only for topics that are there")
    func configs() async throws {
        let test = try await storage(NotificationConfig(topic: "projects/p/topics/t"))
        let storage = test.storage
        try await storage.deleteNotification("1", of: "photos")
        let second = try await storage.createNotification(
            NotificationConfig(topic: "projects/p/topics/t"), of: "photos")
        #expect(second.id == "2")
        #expect(try await storage.notification("2", of: "photos") == second)
        #expect(await code { _ = try await storage.notification("1", of: "photos") } == .notFound)
        #expect(await code { try await storage.deleteNotification("1", of: "photos") } == .notFound)
        #expect(
            await code {
                _ = try await storage.createNotification(
                    NotificationConfig(topic: "projects/p/topics/no"), of: "photos")
            } == .invalidArgument)
        #expect(
            await code {
                _ = try await storage.createNotification(
                    NotificationConfig(
                        topic: "projects/p/topics/t", customAttributes: JSONObject([.init("goog-x", "y")]) ?? .init()),
                    of: "photos")
            } == .invalidArgument)
        for _ in 0..<99 {
            _ = try await storage.createNotification(NotificationConfig(topic: "projects/p/topics/t"), of: "photos")
        }
        #expect(
            await code {
                _ = try await storage.createNotification(NotificationConfig(topic: "projects/p/topics/t"), of: "photos")
            } == .invalidArgument)
    }
}
