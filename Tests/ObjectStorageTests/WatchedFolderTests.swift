import Foundation
import Glibc
import JSON
import TestSupport
import Testing

@testable import ObjectStorage

@Suite struct WatchedFolderTests {
    /// A storage with a bucket that is a folder, whose changes are told.
    private final class Watched {
        let test: TestStorage
        let folder: String
        private var watching: Task<Void, Never>?

        init() async throws {
            test = try await TestStorage()
            folder = test.folder + "-photos"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }

        deinit {
            watching?.cancel()
            for suffix in ["", ".aside", ".other"] { try? FileManager.default.removeItem(atPath: folder + suffix) }
        }

        func makeBucket() async throws {
            var metadata = BucketMetadata()
            metadata.watchedFolder = folder
            try await test.storage.createBucket("photos", metadata)
            _ = try await test.storage.createNotification(
                NotificationConfig(topic: "projects/p/topics/t"), of: "photos")
        }

        func start() {
            let storage = test.storage
            watching = Task { await storage.watchForever() }
        }

        func stop() async {
            watching?.cancel()
            await watching?.value
            watching = nil
        }

        func write(_ text: String, _ name: String) throws {
            let path = "\(folder)/\(name)"
            let parent = URL(filePath: path).deletingLastPathComponent().path
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }

        /// The bucket's objects and their bytes.
        func content() async throws -> [String: String] {
            var content: [String: String] = [:]
            for object in try await test.storage.objects(in: "photos", ObjectQuestion()).objects {
                content[object.name] = String(decoding: try await test.bytes("photos", object.name), as: UTF8.self)
            }
            return content
        }

        /// Waits until the bucket has this content.
        func becomes(_ expected: [String: String]) async throws {
            await eventually { (try? await content()) == expected }
            #expect(try await content() == expected)
        }

        func events() async throws -> [String] {
            try await test.messages().compactMap { message in
                guard let attributes = message["attributes"]?.object, let name = attributes["objectId"]?.string,
                    let type = attributes["eventType"]?.string
                else { return nil }
                return "\(type.dropFirst("OBJECT_".count)) \(name)"
            }
        }
    }

    @Test("Files that appear, change, are renamed and go make objects and events, in folders of any depth")
    func live() async throws {
        let watched = try await Watched()
        try await watched.makeBucket()
        // The first look would take a file that is being written.
        try watched.write("one", "a.txt")
        watched.start()
        try await watched.becomes(["a.txt": "one"])
        #expect(try await watched.test.storage.object("photos", "a.txt").metadata.contentType == "text/plain")
        try watched.write("two!", "a.txt")
        try await watched.becomes(["a.txt": "two!"])
        try watched.write("deep", "x/y/z.txt")
        try await watched.becomes(["a.txt": "two!", "x/y/z.txt": "deep"])
        try FileManager.default.moveItem(atPath: watched.folder + "/a.txt", toPath: watched.folder + "/x/b.txt")
        try await watched.becomes(["x/b.txt": "two!", "x/y/z.txt": "deep"])
        try FileManager.default.linkItem(atPath: watched.folder + "/x/b.txt", toPath: watched.folder + "/c.txt")
        try await watched.becomes(["c.txt": "two!", "x/b.txt": "two!", "x/y/z.txt": "deep"])
        try watched.remove("c.txt")
        try FileManager.default.moveItem(atPath: watched.folder + "/x", toPath: watched.folder + "/w")
        try await watched.becomes(["w/b.txt": "two!", "w/y/z.txt": "deep"])
        try watched.write("new", "w/y/n.txt")
        try await watched.becomes(["w/b.txt": "two!", "w/y/n.txt": "new", "w/y/z.txt": "deep"])
        try watched.remove("w")
        try await watched.becomes([:])
        let events = try await watched.events()
        #expect(events.first == "FINALIZE a.txt" && events[1...2] == ["FINALIZE a.txt", "DELETE a.txt"])
        for wanted in [
            "FINALIZE x/y/z.txt", "FINALIZE x/b.txt", "DELETE a.txt", "DELETE w/y/n.txt", "FINALIZE w/y/n.txt",
        ] {
            #expect(events.contains(wanted), "\(wanted)")
        }
        await watched.stop()
    }

    @Test("What was done while nobody watched is found at the start, and what was not done is not told again")
    func down() async throws {
        let watched = try await Watched()
        try watched.write("one", "a.txt")
        try watched.write("two", "d/b.txt")
        try watched.write("three", "d/c.txt")
        try await watched.makeBucket()
        watched.start()
        try await watched.becomes(["a.txt": "one", "d/b.txt": "two", "d/c.txt": "three"])
        await watched.stop()
        let before = try await watched.events().count
        #expect(before == 3)
        try watched.write("other", "a.txt")
        try watched.remove("d/b.txt")
        try watched.write("fresh", "e/f.txt")
        // The same bytes at another time are no change.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -1_000)], ofItemAtPath: watched.folder + "/d/c.txt")
        try await watched.test.reopen()
        watched.start()
        try await watched.becomes(["a.txt": "other", "d/c.txt": "three", "e/f.txt": "fresh"])
        await watched.stop()
        let events = try await watched.events().dropFirst(before)
        #expect(events.sorted() == ["DELETE a.txt", "DELETE d/b.txt", "FINALIZE a.txt", "FINALIZE e/f.txt"])
        // A third start has nothing to tell.
        try await watched.test.reopen()
        try watched.write("end", "z")
        watched.start()
        try await watched.becomes(["a.txt": "other", "d/c.txt": "three", "e/f.txt": "fresh", "z": "end"])
        #expect(try await watched.events().count == before + 5)
        await watched.stop()
    }

    @Test("Links are not followed, neither to files nor to folders, and what is no file is no object")
    func links() async throws {
        let watched = try await Watched()
        try "secret".write(toFile: watched.test.folder + "/secret", atomically: true, encoding: .utf8)
        try await watched.makeBucket()
        watched.start()
        let manager = FileManager.default
        try manager.createSymbolicLink(
            atPath: watched.folder + "/l", withDestinationPath: watched.test.folder + "/secret")
        try manager.createSymbolicLink(atPath: watched.folder + "/d", withDestinationPath: watched.test.folder)
        #expect(mkfifo(watched.folder + "/pipe", 0o600) == 0)
        try watched.write("x", "a")
        try await watched.becomes(["a": "x"])
        // A file whose place a link takes is gone, also for who knows its name.
        try watched.remove("a")
        try manager.createSymbolicLink(
            atPath: watched.folder + "/a", withDestinationPath: watched.test.folder + "/secret")
        #expect(await code { _ = try await watched.test.storage.reader("photos", "a") } != nil)
        try await watched.becomes([:])
        await watched.stop()
    }

    @Test("A file that is being written is taken when it is closed, whole")
    func writing() async throws {
        let watched = try await Watched()
        try await watched.makeBucket()
        watched.start()
        try watched.write("ready", "r")
        try await watched.becomes(["r": "ready"])
        let path = watched.folder + "/slow"
        #expect(FileManager.default.createFile(atPath: path + ".other", contents: nil))
        let file = try #require(fopen(path, "w"))
        fputs("begun", file)
        fflush(file)
        try watched.write("later", "s")
        try await watched.becomes(["r": "ready", "s": "later", "slow.other": ""])
        fputs(", ended", file)
        fclose(file)
        try await watched.becomes(["r": "ready", "s": "later", "slow": "begun, ended", "slow.other": ""])
        #expect(try await watched.events().filter { $0.hasSuffix(" slow") } == ["FINALIZE slow"])
        await watched.stop()
    }

    /// A lease on a file, while which the opening by others is refused, like that of a file on a bad block; nil where
    /// the file system has none.
    private static func lease(_ path: String) -> CInt? {
        // F_SETLEASE, which Glibc shows to GNU's sources only.
        let setLease: CInt = 1_024
        // What tells the holder that somebody wants the file would end the process.
        signal(SIGIO, SIG_IGN)
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0, fcntl(descriptor, setLease, F_WRLCK) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    private static let hasLeases: Bool = {
        let path = NSTemporaryDirectory() + "trivet-lease-" + UUID().uuidString
        defer { unlink(path) }
        guard let descriptor = lease(path) else { return false }
        close(descriptor)
        return true
    }()

    @Test(
        "A file that cannot be opened stops neither the watching of the others nor the change of its own",
        .enabled(if: hasLeases, "the file system of the temporary folder has no leases"))
    func unreadable() async throws {
        let watched = try await Watched()
        try watched.write("one", "a")
        try watched.write("two", "b/c")
        let lease = try #require(Self.lease(watched.folder + "/a"))
        try await watched.makeBucket()
        watched.start()
        try await watched.becomes(["b/c": "two"])
        try watched.write("three", "d")
        try await watched.becomes(["b/c": "two", "d": "three"])
        close(lease)
        try watched.write("four", "a")
        try await watched.becomes(["a": "four", "b/c": "two", "d": "three"])
        await watched.stop()
    }

    @Test("A file that is not the one that was taken is unavailable, not lost")
    func changing() async throws {
        let watched = try await Watched()
        try watched.write("one", "a")
        try await watched.makeBucket()
        watched.start()
        try await watched.becomes(["a": "one"])
        await watched.stop()
        try watched.write("another", "a")
        #expect(await code { _ = try await watched.test.storage.reader("photos", "a") } == .unavailable)
    }

    @Test("A folder that goes away takes no objects with it, and is watched again when it is back")
    func unmounted() async throws {
        let watched = try await Watched()
        try watched.write("one", "a")
        try await watched.makeBucket()
        watched.start()
        try await watched.becomes(["a": "one"])
        await watched.stop()
        let aside = watched.folder + ".aside"
        try FileManager.default.moveItem(atPath: watched.folder, toPath: aside)
        try await watched.test.reopen()
        watched.start()
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await watched.test.storage.object("photos", "a").size == 3)
        try Data("two".utf8).write(to: URL(filePath: aside + "/b"))
        try FileManager.default.moveItem(atPath: aside, toPath: watched.folder)
        try await watched.becomes(["a": "one", "b": "two"])
        #expect(try await watched.events() == ["FINALIZE a", "FINALIZE b"])
        await watched.stop()
    }

    @Test("A folder whose place another one takes while it is watched is watched no longer, and the other one is")
    func replaced() async throws {
        let watched = try await Watched()
        try watched.write("one", "a")
        try await watched.makeBucket()
        watched.start()
        try await watched.becomes(["a": "one"])
        let aside = watched.folder + ".aside"
        // Moved away, as by a hand, and removed, as by a program that makes it anew; with the same inode again, maybe.
        try FileManager.default.moveItem(atPath: watched.folder, toPath: aside)
        // It comes whole: a file that is being written when its folder appears would be told twice.
        let other = watched.folder + ".other"
        try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
        try Data("two".utf8).write(to: URL(filePath: other + "/b"))
        try FileManager.default.moveItem(atPath: other, toPath: watched.folder)
        try await watched.becomes(["b": "two"])
        try FileManager.default.removeItem(atPath: watched.folder)
        try watched.write("three", "c/d")
        try await watched.becomes(["c/d": "three"])
        try watched.write("four", "c/e")
        try await watched.becomes(["c/d": "three", "c/e": "four"])
        let events = try await watched.events()
        #expect(events.filter { $0.hasSuffix(" a") } == ["FINALIZE a", "DELETE a"])
        #expect(events.filter { $0.hasSuffix(" b") } == ["FINALIZE b", "DELETE b"])
        await watched.stop()
    }

    @Test("Changes come from the folder only; deleting the bucket leaves the files, and ends the watching")
    func readOnly() async throws {
        let watched = try await Watched()
        try watched.write("one", "a")
        try await watched.makeBucket()
        watched.start()
        try await watched.becomes(["a": "one"])
        let storage = watched.test.storage
        #expect(await code { try await storage.store([1], "photos", "b") } == .notAllowed)
        #expect(await code { try await storage.deleteObject("photos", "a") } == .notAllowed)
        #expect(
            await code { _ = try await storage.move(ObjectPlace("photos", "a"), to: ObjectPlace("photos", "b")) }
                == .notAllowed)
        try await storage.createBucket("other")
        let copy = try await storage.copy(ObjectPlace("photos", "a"), to: ObjectPlace("other", "a"))
        #expect(copy.size == 3)
        #expect(try await watched.test.bytes("other", "a") == Array("one".utf8))
        try await storage.deleteBucket("photos")
        #expect(FileManager.default.fileExists(atPath: watched.folder + "/a"))
        #expect(await code { _ = try await storage.object("photos", "a") } == .notFound)
        let keys = watched.test.folder + "/keys"
        try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: true)
        for folder in [
            "relative", "/no/such/folder", watched.test.folder, watched.test.folder + "/buckets", keys,
            watched.folder + "/a", "",
        ] {
            var metadata = BucketMetadata()
            metadata.watchedFolder = folder
            #expect(await code { try await storage.createBucket("photos", metadata) } == .invalidArgument, "\(folder)")
        }
        await watched.stop()
    }
}
