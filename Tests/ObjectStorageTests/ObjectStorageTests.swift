import Datastore
import JSON
import Testing

@testable import ObjectStorage

@Suite struct ObjectStorageTests {
    @Test("An object is stored with its checksums, read, overwritten by a larger generation, and deleted with its file")
    func life() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        let metadata = ObjectMetadata(contentType: "text/plain", custom: JSONObject([.init("é", "ü")]) ?? JSONObject())
        let first = try await test.storage.store(Array("123456789".utf8), "photos", "a/b", metadata)
        #expect(first.size == 9 && first.metageneration == 1)
        #expect(ChecksumText.crc32c(first.crc32c) == "4waSgw==")
        #expect(first.md5.map(ChecksumText.md5) == "JfnnlDI7RTiF9RgfG2JNCw==")
        #expect(try await test.bytes("photos", "a/b") == Array("123456789".utf8))
        #expect(try await test.storage.object("photos", "a/b") == first)

        let second = try await test.storage.store([], "photos", "a/b")
        #expect(second.generation > first.generation && second.metageneration == 1 && second.size == 0)
        #expect(try await test.bytes("photos", "a/b").isEmpty)
        #expect(test.files.count == 1, "the file of the old generation is gone")
        #expect(
            await code { _ = try await test.storage.object("photos", "a/b", generation: first.generation) } == .notFound
        )

        try await test.reopen()
        #expect(try await test.storage.object("photos", "a/b") == second)
        try await test.storage.deleteObject("photos", "a/b")
        #expect(test.files.isEmpty)
        #expect(await code { try await test.storage.deleteObject("photos", "a/b") } == .notFound)
        #expect(await code { _ = try await test.storage.reader("photos", "a/b") } == .notFound)
        #expect(await code { _ = try await test.storage.object("nowhere", "a/b") } == .notFound)
    }

    @Test("Names that would lead out of the folder are names like others, and those that cannot be are refused")
    func names() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        let names = [
            "../../etc/passwd", "a/../../../b", "/absolute", "a//b", "-rf", "~", "%2e%2e", "ü/\u{202E}x", "a\\b",
        ]
        for (index, name) in names.enumerated() {
            try await test.storage.store([UInt8(index)], "photos", name)
        }
        for (index, name) in names.enumerated() { #expect(try await test.bytes("photos", name) == [UInt8(index)]) }
        #expect(test.files.allSatisfy { $0.wholeMatch(of: #/photos/[0-9a-f]{2}/[0-9a-f]{32}/#) != nil })
        #expect(test.files.count == names.count)
        for name in ["", ".", "..", "a\nb", "a\rb", "a\0b", String(repeating: "x", count: 1_025)] {
            #expect(await code { try await test.storage.store([1], "photos", name) } == .invalidArgument, "\(name)")
        }
        let longest = String(repeating: "x", count: 1_024)
        try await test.storage.store([1], "photos", longest)
        #expect(try await test.bytes("photos", longest) == [1])
        for name in [
            "", "ab", "Upper", "..", "../x", ".uploads", "a/b", "-ab", "ab-", "a..b", String(repeating: "x", count: 64),
            "ü",
        ] {
            #expect(await code { try await test.storage.createBucket(name) } == .invalidArgument, "\(name)")
        }
    }

    @Test("Preconditions that do not hold change nothing, and a reader's not-conditions tell that it knows the object")
    func preconditions() async throws {
        let test = try await TestStorage()
        let storage = test.storage
        try await storage.createBucket("photos")
        let none = Preconditions(generationMatch: 0)
        let object = try await storage.store([1], "photos", "a", .init(), none)
        #expect(await code { try await storage.store([2], "photos", "a", .init(), none) } == .conditionNotMet)
        let wrong = Preconditions(generationMatch: object.generation + 1)
        let right = Preconditions(generationMatch: object.generation, metagenerationMatch: 1)
        let known = Preconditions(generationNotMatch: object.generation)
        #expect(await code { try await storage.store([2], "photos", "a", .init(), wrong) } == .conditionNotMet)
        #expect(await code { try await storage.deleteObject("photos", "a", wrong) } == .conditionNotMet)
        #expect(await code { _ = try await storage.updateObject("photos", "a", wrong) { _ in } } == .conditionNotMet)
        #expect(await code { _ = try await storage.object("photos", "a", known) } == .notModified)
        #expect(await code { _ = try await storage.object("photos", "a", wrong) } == .conditionNotMet)
        #expect(await code { try await storage.deleteObject("photos", "a", known) } == .conditionNotMet)
        #expect(
            await code { try await storage.store([2], "photos", "b", .init(), Preconditions(generationNotMatch: 0)) }
                == .conditionNotMet)
        #expect(try await test.bytes("photos", "a") == [1] && test.files.count == 1)
        _ = try await storage.updateObject("photos", "a", right) { $0.contentType = "x/y" }
        #expect(await code { try await storage.deleteObject("photos", "a", right) } == .conditionNotMet)
        try await storage.deleteObject("photos", "a", Preconditions(metagenerationMatch: 2))
    }

    @Test("Of many who store at once where nothing must be, one succeeds, and no file is left of the others")
    func rivals() async throws {
        let test = try await TestStorage()
        let storage = test.storage
        try await storage.createBucket("photos")
        let winners = await withTaskGroup(of: Int.self) { tasks in
            for number in 0..<20 {
                tasks.addTask {
                    let stored = try? await storage.store(
                        [UInt8(number)], "photos", "a", .init(), Preconditions(generationMatch: 0))
                    return stored == nil ? 0 : 1
                }
            }
            return await tasks.reduce(0, +)
        }
        #expect(winners == 1)
        #expect(test.files.count == 1)
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<20 { tasks.addTask { _ = try? await storage.store([UInt8(number)], "photos", "a") } }
        }
        #expect(test.files.count == 1)
        #expect(try await test.bytes("photos", "a").count == 1)
    }

    @Test("Metadata is changed, merged by whoever asks, bounded, and survives")
    func metadata() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        let object = try await test.storage.store([1], "photos", "a")
        let changed = try await test.storage.updateObject("photos", "a") { metadata in
            metadata.custom["k"] = "v"
            metadata.cacheControl = "no-store"
        }
        #expect(changed.metageneration == 2 && changed.generation == object.generation)
        #expect(changed.updated >= object.updated && changed.timeCreated == object.timeCreated)
        try await test.reopen()
        #expect(try await test.storage.object("photos", "a") == changed)
        #expect(try await test.bytes("photos", "a") == [1])
        let tooMuch = String(repeating: "x", count: 8_193)
        #expect(
            await code { _ = try await test.storage.updateObject("photos", "a") { $0.custom["k"] = .string(tooMuch) } }
                == .invalidArgument)
        #expect(
            await code { _ = try await test.storage.updateObject("photos", "a") { $0.custom["k"] = 1 } }
                == .invalidArgument)
        #expect(
            await code { _ = try await test.storage.updateObject("photos", "a") { $0.contentType = "a\r\nB: c" } }
                == .invalidArgument)
        #expect(try await test.storage.object("photos", "a") == changed)
    }

    @Test("An upload that is cancelled, or whose bytes are not those announced, leaves nothing")
    func failures() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        let upload = try await test.storage.upload("photos", "a")
        try await upload.write([1, 2, 3])
        #expect(test.files.count == 1)
        await upload.cancel()
        #expect(test.files.isEmpty)
        for expected in [ExpectedContent(size: 4), ExpectedContent(crc32c: "AAAAAA=="), ExpectedContent(md5: "x")] {
            let upload = try await test.storage.upload("photos", "a")
            try await upload.write([1, 2, 3])
            #expect(await code { _ = try await upload.finish(expected) } == .contentMismatch)
            #expect(await code { try await upload.write([4]) } == .unavailable)
        }
        #expect(test.files.isEmpty)
        #expect(await code { _ = try await test.storage.object("photos", "a") } == .notFound)
        let good = try await test.storage.upload("photos", "a")
        try await good.write(Array("123456789".utf8))
        let object = try await good.finish(ExpectedContent(size: 9, crc32c: "4waSgw=="))
        #expect(object.size == 9)
        // The bucket goes while an upload is under way.
        try await test.storage.createBucket("short-lived")
        let late = try await test.storage.upload("short-lived", "a")
        try await late.write([1])
        try await test.storage.deleteBucket("short-lived")
        #expect(await code { _ = try await late.finish() } == .notFound)
        #expect(test.files.count == 1)
    }

    @Test("A reader keeps its bytes while the object is overwritten and deleted")
    func readers() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        let bytes = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await test.storage.store(bytes, "photos", "a")
        let reader = try await test.storage.reader("photos", "a")
        try await test.storage.store([1], "photos", "a")
        try await test.storage.deleteObject("photos", "a")
        var read: [UInt8] = []
        while read.count < bytes.count { read += try await reader.read(at: Int64(read.count)) }
        #expect(read == bytes)
        #expect(try await reader.read(at: 599_990, limit: 5) == Array(bytes[599_990..<599_995]))
        #expect(try await reader.read(at: 600_000).isEmpty)
    }

    @Test("A listing of buckets goes on behind the most that a page has")
    func manyBuckets() async throws {
        let test = try await TestStorage()
        let names = (1_000..<2_005).map { "b\($0)" }
        for part in [names[..<500], names[500..<1_000], names[1_000...]] {
            try await test.datastore.commit(
                part.map { .insert(Bucket(name: $0, timeCreated: .now, updated: .now, watchedFolder: nil).entity) })
        }
        let page = try await test.storage.buckets()
        let rest = try await test.storage.buckets(after: page.next)
        #expect(page.buckets.map(\.name) + rest.buckets.map(\.name) == names)
        #expect(page.next == "b1999" && rest.next == nil)
        #expect(try await test.storage.buckets(prefix: "b1000").next == nil)
    }

    @Test("What a deleted bucket left behind is not the next one's, and labels have a bound over all changes")
    func remains() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        try await test.storage.store([1], "photos", "a")
        // As a kill leaves it in the middle of the deletion of a watched bucket.
        try await test.datastore.delete(Bucket.key("photos"))
        try await test.storage.createBucket("photos")
        #expect(try await test.storage.objects(in: "photos", ObjectQuestion()).objects.isEmpty)
        var metadata = BucketMetadata()
        metadata.labels = JSONObject((0..<60).map { .init("a\($0)", "v") })
        try await test.storage.updateBucket("photos", metadata)
        metadata.labels = JSONObject((0..<60).map { .init("b\($0)", "v") })
        #expect(await code { try await test.storage.updateBucket("photos", metadata) } == .invalidArgument)
        #expect(try await test.storage.bucket("photos").labels.count == 60)
    }

    @Test("Buckets are listed by name, changed, and deleted only when they are empty")
    func buckets() async throws {
        let test = try await TestStorage()
        for name in ["b-two", "a-one", "b-one", "c.d"] { try await test.storage.createBucket(name) }
        #expect(await code { try await test.storage.createBucket("a-one") } == .alreadyExists)
        #expect(try await test.storage.buckets().buckets.map(\.name) == ["a-one", "b-one", "b-two", "c.d"])
        #expect(try await test.storage.buckets(prefix: "b-").buckets.map(\.name) == ["b-one", "b-two"])
        let page = try await test.storage.buckets(limit: 3)
        #expect(page.buckets.count == 3 && page.next == "b-two")
        let rest = try await test.storage.buckets(after: page.next)
        #expect(rest.buckets.map(\.name) == ["c.d"] && rest.next == nil)
        var metadata = BucketMetadata()
        metadata.labels = JSONObject([.init("k", "v")])
        let changed = try await test.storage.updateBucket("a-one", metadata, Preconditions(metagenerationMatch: 1))
        #expect(changed.metageneration == 2 && changed.labels["k"] == "v")
        #expect(
            await code {
                _ = try await test.storage.updateBucket("a-one", metadata, Preconditions(metagenerationMatch: 1))
            } == .conditionNotMet)
        try await test.storage.store([1], "a-one", "x")
        #expect(await code { try await test.storage.deleteBucket("a-one") } == .notEmpty)
        try await test.storage.deleteObject("a-one", "x")
        try await test.storage.deleteBucket("a-one")
        #expect(await code { _ = try await test.storage.bucket("a-one") } == .notFound)
        #expect(await code { try await test.storage.store([1], "a-one", "x") } == .notFound)
    }
}
