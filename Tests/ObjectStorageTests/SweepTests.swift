import Datastore
import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

@Suite struct SweepTests {
    @Test("Files that a crash left without an object go, and all others stay")
    func sweeps() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        for number in 0..<50 { try await test.storage.store([UInt8(number)], "photos", "\(number)") }
        let files = test.files
        // A crash between rename and commit, one inside an upload, one after the bucket's deletion; and a stranger's file.
        for name in ["photos/ab", "gone/cd"] {
            try FileManager.default.createDirectory(
                atPath: "\(test.folder)/buckets/\(name)", withIntermediateDirectories: true)
        }
        let hex = String(repeating: "0", count: 30)
        for name in ["photos/ab/ab\(hex)", "gone/cd/cd\(hex)", ".uploads/ef\(hex)", "photos/ab/notes.txt"] {
            #expect(FileManager.default.createFile(atPath: "\(test.folder)/buckets/\(name)", contents: Data([1])))
        }
        let upload = try await test.storage.upload("photos", "under way")
        try await upload.write([1])
        try await test.reopen()
        #expect(try await test.storage.sweep() == 4, "the upload of the process before is one of them")
        #expect(test.files == (files + ["photos/ab/notes.txt"]).sorted())
        #expect(!FileManager.default.fileExists(atPath: "\(test.folder)/buckets/gone"))
        for number in 0..<50 { #expect(try await test.bytes("photos", "\(number)") == [UInt8(number)]) }
    }

    @Test("A sweep takes nothing from requests that are under way")
    func concurrent() async throws {
        let test = try await TestStorage()
        let storage = test.storage
        try await storage.createBucket("photos")
        let ok = await withTaskGroup(of: Bool.self) { tasks in
            for client in 0..<4 {
                tasks.addTask {
                    for number in 0..<30 {
                        let stored = try? await storage.store([UInt8(number)], "photos", "\(client)-\(number)")
                        if stored == nil { return false }
                    }
                    return true
                }
            }
            tasks.addTask {
                for _ in 0..<20 { if (try? await storage.sweep()) != 0 { return false } }
                return true
            }
            return await tasks.allSatisfy { $0 }
        }
        #expect(ok)
        #expect(test.files.count == 120)
        for client in 0..<4 {
            for number in 0..<30 { #expect(try await test.bytes("photos", "\(client)-\(number)") == [UInt8(number)]) }
        }
    }

    @Test("An object whose file is gone or cut is told, never given out short")
    func losses() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        try await test.storage.store([1, 2, 3], "photos", "a")
        let path = "\(test.folder)/buckets/\(try #require(test.files.first))"
        #expect(truncate(path, 1) == 0)
        let reader = try await test.storage.reader("photos", "a")
        #expect(await code { _ = try await reader.read(at: 0) } == .dataLoss)
        try FileManager.default.removeItem(atPath: path)
        #expect(await code { _ = try await test.storage.reader("photos", "a") } == .dataLoss)
        try await test.storage.deleteObject("photos", "a")
    }

    @Test("A file whose commit may have taken place is left to the next start; that of one that did not goes at once")
    func unknownCommits() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        _ = try await test.storage.createNotification(NotificationConfig(topic: "projects/p/topics/t"), of: "photos")
        test.topics.failure.withLock { $0 = DatastoreError(.diskFull, "full") }
        await #expect(throws: DatastoreError.self) { try await test.storage.store([1], "photos", "a") }
        #expect(test.files.isEmpty)
        test.topics.failure.withLock { $0 = DatastoreError(.unavailable, "the disk failed") }
        await #expect(throws: DatastoreError.self) { try await test.storage.store([1], "photos", "a") }
        #expect(try await test.storage.sweep() == 0 && test.files.count == 1)
        try await test.reopen()
        #expect(try await test.storage.sweep() == 1 && test.files.isEmpty)
    }

    @Test("Where no file can be made there is no object, and no bytes are lost later")
    func noFolder() async throws {
        let test = try await TestStorage()
        try await test.storage.createBucket("photos")
        let uploads = "\(test.folder)/buckets/.uploads"
        try FileManager.default.removeItem(atPath: uploads)
        #expect(await code { try await test.storage.store([1], "photos", "a") } == .unavailable)
        #expect(await code { _ = try await test.storage.object("photos", "a") } == .notFound)
        try FileManager.default.createDirectory(atPath: uploads, withIntermediateDirectories: false)
        try await test.storage.store([1], "photos", "a")
        #expect(try await test.bytes("photos", "a") == [1])
    }
}
