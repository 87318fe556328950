import Datastore
import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

@Suite struct ResumableUploadTests {
    struct Broken: Error {}

    /// Gives bytes in parts, and then breaks or ends.
    static func parts(_ bytes: [UInt8], of size: Int = 1_000, breaks: Bool = false)
        -> @Sendable () async throws -> [UInt8]?
    {
        let rest = Mutex(bytes[...])
        return {
            let part = rest.withLock { rest in
                defer { rest = rest.dropFirst(size) }
                return Array(rest.prefix(size))
            }
            if part.isEmpty, breaks { throw Broken() }
            return part.isEmpty ? nil : part
        }
    }

    static let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    static func received(_ state: ResumableState) -> Int64? {
        if case .active(let received) = state { received } else { nil }
    }

    static func object(_ state: ResumableState) -> StoredObject? {
        if case .finished(let object) = state { object } else { nil }
    }

    private func begin(_ test: TestStorage, _ expected: ExpectedContent = .init()) async throws -> String {
        try await test.storage.createBucket("photos")
        return try await test.storage.beginResumable(
            "photos", "a", ObjectMetadata(contentType: "x/y"), Preconditions(generationMatch: 0), expected)
    }

    @Test("Parts become the object, over restarts, breaks and parts that are sent twice")
    func resumes() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        #expect(Self.received(try await test.storage.resumableState(id)) == 0)
        let first = try await test.storage.append(
            to: id, UploadPart(offset: 0, total: nil), next: Self.parts(Array(Self.bytes[..<3_000])))
        #expect(Self.received(first) == 3_000)
        await #expect(throws: Broken.self) {
            _ = try await test.storage.append(
                to: id, UploadPart(offset: 3_000, total: 10_000),
                next: Self.parts(Array(Self.bytes[3_000..<5_000]), breaks: true))
        }
        #expect(Self.received(try await test.storage.resumableState(id)) == 5_000, "what came before the break stays")

        try await test.reopen()
        #expect(Self.received(try await test.storage.resumableState(id)) == 5_000)
        // Bytes that a kill left behind what was noted are not believed.
        let file = try #require(test.files.first { $0.hasPrefix(".uploads/") })
        let handle = try #require(FileHandle(forWritingAtPath: "\(test.folder)/buckets/\(file)"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([9, 9, 9]))
        try handle.close()
        #expect(try await test.storage.sweep() == 0, "an upload that may be resumed is no rubbish")
        let second = try await test.storage.append(
            to: id, UploadPart(offset: 4_000, total: 10_000), next: Self.parts(Array(Self.bytes[4_000..<7_000])))
        #expect(Self.received(second) == 7_000)
        let last = try await test.storage.append(
            to: id, UploadPart(offset: 7_000, total: 10_000), next: Self.parts(Array(Self.bytes[7_000...])))
        let object = try #require(Self.object(last))
        #expect(object.metadata.contentType == "x/y")
        #expect(try await test.bytes("photos", "a") == Self.bytes)
        let whole = try await test.storage.store(Self.bytes, "photos", "b")
        #expect(object.crc32c == whole.crc32c && object.md5 == whole.md5)

        // Whoever lost the answer asks again, also after a restart.
        try await test.reopen()
        #expect(Self.object(try await test.storage.resumableState(id)) == object)
        let again = try await test.storage.append(
            to: id, UploadPart(offset: 7_000, total: 10_000), next: Self.parts(Array(Self.bytes[7_000...])))
        #expect(Self.object(again) == object)
        #expect(test.files.count == 2)
    }

    @Test("An upload of no bytes ends with a part that says that there are none")
    func empty() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        let end = try await test.storage.append(to: id, UploadPart(offset: nil, total: 0), next: Self.parts([]))
        #expect(Self.object(end)?.size == 0)
        #expect(try await test.bytes("photos", "a").isEmpty && test.files.count == 1)
    }

    @Test("A disk that is nearly full takes no bytes, and those that it has taken stay")
    func noRoom() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        let upload = try await test.storage.upload("photos", "b")
        _ = try await test.storage.append(
            to: id, UploadPart(offset: 0, total: nil), next: Self.parts(Array(Self.bytes[..<3_000])))
        test.setRoom(false)
        #expect(await code { _ = try await test.storage.upload("photos", "c") } == .outOfSpace)
        #expect(await code { try await upload.write([1]) } == .outOfSpace)
        await upload.cancel()
        #expect(
            await code {
                _ = try await test.storage.append(
                    to: id, UploadPart(offset: 3_000, total: nil), next: Self.parts([1]))
            } == .outOfSpace)
        #expect(Self.received(try await test.storage.resumableState(id)) == 3_000)
        #expect(test.files.count == 1)
        test.setRoom(true)
        let end = try await test.storage.append(
            to: id, UploadPart(offset: 3_000, total: 10_000), next: Self.parts(Array(Self.bytes[3_000...])))
        #expect(Self.object(end)?.size == 10_000)
        #expect(try await test.bytes("photos", "a") == Self.bytes)
    }

    @Test("An upload whose object finds no room keeps all its bytes, and ends when there is room")
    func noRoomForTheObject() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        _ = try await test.storage.createNotification(NotificationConfig(topic: "projects/p/topics/t"), of: "photos")
        _ = try await test.storage.append(to: id, UploadPart(offset: 0, total: nil), next: Self.parts(Self.bytes))
        test.topics.failure.withLock { $0 = DatastoreError(.diskFull, "full") }
        for _ in 0..<2 {
            await #expect(throws: DatastoreError.self) {
                _ = try await test.storage.append(
                    to: id, UploadPart(offset: nil, total: 10_000), next: Self.parts([]))
            }
            #expect(Self.received(try await test.storage.resumableState(id)) == 10_000)
            #expect(try await test.storage.sweep() == 0 && test.files.count == 1)
        }
        test.topics.failure.withLock { $0 = nil }
        let end = try await test.storage.append(to: id, UploadPart(offset: nil, total: 10_000), next: Self.parts([]))
        #expect(Self.object(end)?.size == 10_000)
        #expect(try await test.bytes("photos", "a") == Self.bytes)
    }

    @Test("A whole body that is shorter than what is there ends nothing")
    func shorter() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        _ = try await test.storage.append(
            to: id, UploadPart(offset: 0, total: nil), next: Self.parts(Array(Self.bytes[..<3_000])))
        for size in [0, 1_000] {
            #expect(
                await code {
                    _ = try await test.storage.append(
                        to: id, UploadPart(offset: 0, total: Int64(size)), isLast: true,
                        next: Self.parts(Array(Self.bytes[..<size])))
                } == .invalidArgument)
        }
        let end = try await test.storage.append(
            to: id, UploadPart(offset: 0, total: 10_000), isLast: true, next: Self.parts(Self.bytes))
        #expect(Self.object(end)?.size == 10_000)
        #expect(try await test.bytes("photos", "a") == Self.bytes)
    }

    @Test("A part behind a gap, a second writer, too many bytes and wrong checksums are refused")
    func refuses() async throws {
        let test = try await TestStorage()
        let id = try await begin(test, ExpectedContent(crc32c: "AAAAAA=="))
        let storage = test.storage
        #expect(
            await code {
                _ = try await storage.append(to: id, UploadPart(offset: 1, total: nil), next: Self.parts([1]))
            } == .wrongOffset)
        #expect(
            await code {
                _ = try await storage.append(to: id, UploadPart(offset: 0, total: nil, size: 5), next: Self.parts([1]))
            } == .invalidArgument)
        let inner = Mutex<ObjectStorageError.Code?>(nil)
        _ = try await storage.append(to: id, UploadPart(offset: 1, total: nil)) {
            guard inner.withLock({ $0 }) == nil else { return nil }
            let busy = await code {
                _ = try await storage.append(to: id, UploadPart(offset: 1, total: nil), next: Self.parts([1]))
            }
            inner.withLock { $0 = busy }
            return [2]
        }
        #expect(inner.withLock { $0 } == .uploadBusy)
        #expect(
            await code {
                _ = try await storage.append(to: id, UploadPart(offset: 2, total: 3), next: Self.parts([3, 4]))
            } == .invalidArgument)
        #expect(
            await code {
                _ = try await storage.append(to: id, UploadPart(offset: 2, total: 3), next: Self.parts([3]))
            } == .contentMismatch)
        #expect(test.files.isEmpty, "bytes that will never be right are gone")
        #expect(await code { _ = try await storage.resumableState(id) } == .notFound)
        for id in ["", "../x", String(repeating: "0", count: 32)] {
            #expect(await code { _ = try await storage.resumableState(id) } == .notFound)
        }
    }

    @Test("An upload that is given up, or not finished within a week, leaves nothing")
    func ends() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        _ = try await test.storage.append(to: id, UploadPart(offset: 0, total: nil), next: Self.parts([1]))
        try await test.storage.cancelResumable(id)
        #expect(test.files.isEmpty)
        #expect(await code { try await test.storage.cancelResumable(id) } == .notFound)
        let other = try await test.storage.beginResumable("photos", "a", .init(), .init())
        test.advance(.seconds(8 * 86_400))
        try await test.storage.sweep()
        #expect(test.files.isEmpty)
        #expect(await code { _ = try await test.storage.resumableState(other) } == .notFound)
    }

    @Test("A crash between the file's getting its place and the object loses nothing of the upload")
    func crash() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        _ = try await test.storage.append(to: id, UploadPart(offset: 0, total: nil), next: Self.parts(Self.bytes))
        let file = try #require(test.files.first?.split(separator: "/").last)
        let shard = "\(test.folder)/buckets/photos/\(file.prefix(2))"
        try FileManager.default.createDirectory(atPath: shard, withIntermediateDirectories: true)
        try FileManager.default.moveItem(
            atPath: "\(test.folder)/buckets/.uploads/\(file)", toPath: "\(shard)/\(file)")
        try await test.reopen()
        #expect(try await test.storage.sweep() == 0)
        let last = try await test.storage.append(to: id, UploadPart(offset: nil, total: 10_000), next: Self.parts([]))
        #expect(Self.object(last) != nil)
        #expect(try await test.bytes("photos", "a") == Self.bytes)
        #expect(try await test.storage.sweep() == 0 && test.files.count == 1)
    }

    @Test("An upload whose place was taken meanwhile ends with its precondition, and leaves nothing")
    func loses() async throws {
        let test = try await TestStorage()
        let id = try await begin(test)
        try await test.storage.store([1], "photos", "a")
        #expect(
            await code {
                _ = try await test.storage.append(to: id, UploadPart(offset: 0, total: 1), next: Self.parts([2]))
            } == .conditionNotMet)
        #expect(try await test.bytes("photos", "a") == [1] && test.files.count == 1)
    }
}
