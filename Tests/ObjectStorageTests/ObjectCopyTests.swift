import JSON
import Testing

@testable import ObjectStorage

@Suite struct ObjectCopyTests {
    @Test("A copy has the bytes and metadata of its source, and outlives it, within and across buckets")
    func copies() async throws {
        let test = try await TestStorage()
        let storage = test.storage
        for bucket in ["b-1", "b-2"] { try await storage.createBucket(bucket) }
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        let source = try await storage.store(bytes, "b-1", "a", ObjectMetadata(contentType: "x/y"))
        let copy = try await storage.copy(ObjectPlace("b-1", "a"), to: ObjectPlace("b-2", "c"))
        #expect(copy.crc32c == source.crc32c && copy.md5 == source.md5 && copy.metadata == source.metadata)
        var other = ObjectMetadata()
        other.contentType = "z/z"
        let same = try await storage.copy(
            ObjectPlace("b-1", "a", generation: source.generation), to: ObjectPlace("b-1", "a"), metadata: other)
        #expect(same.generation > source.generation && same.metadata == other)
        try await storage.deleteObject("b-1", "a")
        #expect(try await test.bytes("b-2", "c") == bytes)
        #expect(test.files.count == 1)
        #expect(
            await code { _ = try await storage.copy(ObjectPlace("b-1", "a"), to: ObjectPlace("b-1", "b")) } == .notFound
        )
        let wrong = Preconditions(generationMatch: 1)
        #expect(
            await code { _ = try await storage.copy(ObjectPlace("b-2", "c", wrong), to: ObjectPlace("b-1", "b")) }
                == .conditionNotMet)
        #expect(
            await code { _ = try await storage.copy(ObjectPlace("b-2", "c"), to: ObjectPlace("b-1", "b", wrong)) }
                == .conditionNotMet)
        #expect(test.files.count == 1)
    }

    @Test("Composing puts bytes one after the other, counts components, and needs one to 32 sources that are there")
    func composes() async throws {
        let test = try await TestStorage()
        let storage = test.storage
        try await storage.createBucket("b-1")
        for (name, text) in [("a", "one "), ("b", "two "), ("c", "")] {
            try await storage.store(Array(text.utf8), "b-1", name)
        }
        let sources = ["a", "b", "c", "a"].map { ObjectPlace("b-1", $0) }
        let all = try await storage.compose(sources, to: ObjectPlace("b-1", "all"), metadata: .init(contentType: "x/y"))
        #expect(all.componentCount == 4 && all.md5 == nil && all.metadata.contentType == "x/y")
        #expect(try await test.bytes("b-1", "all") == Array("one two one ".utf8))
        let more = try await storage.compose(
            [ObjectPlace("b-1", "all"), ObjectPlace("b-1", "a")], to: ObjectPlace("b-1", "all"), metadata: .init())
        #expect(more.componentCount == 5)
        #expect(try await test.bytes("b-1", "all") == Array("one two one one ".utf8))
        #expect(more.crc32c == (try await storage.store(Array("one two one one ".utf8), "b-1", "check")).crc32c)
        let place = ObjectPlace("b-1", "all")
        #expect(await code { _ = try await storage.compose([], to: place, metadata: .init()) } == .invalidArgument)
        let many = Array(repeating: ObjectPlace("b-1", "a"), count: 33)
        #expect(await code { _ = try await storage.compose(many, to: place, metadata: .init()) } == .invalidArgument)
        #expect(
            await code { _ = try await storage.compose([ObjectPlace("b-1", "no")], to: place, metadata: .init()) }
                == .notFound)
    }

    @Test("A move is one step within a bucket, and replaces what was there")
    func moves() async throws {
        let test = try await TestStorage()
        let storage = test.storage
        try await storage.createBucket("b-1")
        try await storage.store([1], "b-1", "a")
        try await storage.store([2], "b-1", "b")
        _ = try await storage.move(ObjectPlace("b-1", "a"), to: ObjectPlace("b-1", "b"))
        #expect(try await test.bytes("b-1", "b") == [1] && test.files.count == 1)
        #expect(await code { _ = try await storage.object("b-1", "a") } == .notFound)
        #expect(
            await code { _ = try await storage.move(ObjectPlace("b-1", "b"), to: ObjectPlace("b-1", "b")) }
                == .invalidArgument)
        #expect(
            await code { _ = try await storage.move(ObjectPlace("b-1", "a"), to: ObjectPlace("b-1", "c")) } == .notFound
        )
    }
}
