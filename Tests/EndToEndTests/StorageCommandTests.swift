import Foundation
import JSON
import TestSupport
import Testing

/// `trivetctl storage` against the real daemon.
@Suite("trivetctl storage")
struct StorageCommandTests {
    @Test("a tree goes into a bucket and comes back the same, is listed, moved, read and removed")
    func tree() async throws {
        let daemon = try await TestDaemon.start()
        let tree = daemon.folder.file("tree")
        let large = (0..<(20 * 1_048_576)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try FileManager.default.createDirectory(atPath: tree + "/sub/deep", withIntermediateDirectories: true)
        try Data("one".utf8).write(to: URL(filePath: tree + "/ä one.txt"))
        try Data("two".utf8).write(to: URL(filePath: tree + "/sub/two.json"))
        try Data(large).write(to: URL(filePath: tree + "/sub/deep/large.bin"))

        #expect(try await daemon.trivetctl("storage", "buckets", "create", "gs://photos").status == 0)
        #expect(try await daemon.trivetctl("storage", "cp", "-r", tree, "gs://photos/in").status == 0)
        let list = try await daemon.trivetctl("storage", "ls", "-r", "gs://photos", "--format", "value(url,size)")
        #expect(
            list.output == """
                gs://photos/in/tree/sub/deep/large.bin\t20971520
                gs://photos/in/tree/sub/two.json\t3
                gs://photos/in/tree/ä one.txt\t3

                """)
        let back = daemon.folder.file("back")
        #expect(try await daemon.trivetctl("storage", "cp", "-r", "gs://photos/in/tree", back).status == 0)
        let difference = try await run("diff", ["-r", tree, back + "/tree"])
        #expect(difference.status == 0, "\(difference.output)")
        #expect(try await daemon.trivetctl("storage", "cat", "gs://photos/in/**.json").output == "two")
        #expect(try await daemon.trivetctl("storage", "cp", "gs://photos/in/tree/sub/two.json", "-").output == "two")
        #expect(
            try await daemon.trivetctl("storage", "mv", "gs://photos/in/tree/sub/*.json", "gs://photos/out/").status
                == 0)
        #expect(try await daemon.trivetctl("storage", "cat", "gs://photos/out/two.json").output == "two")
        #expect(try await daemon.trivetctl("storage", "buckets", "delete", "photos").status == 1)
        #expect(try await daemon.trivetctl("storage", "rm", "-r", "gs://photos/").status == 0)
        #expect(try await daemon.trivetctl("storage", "rm", "-r", "gs://photos/").status == 5)
        #expect(try await daemon.trivetctl("storage", "buckets", "delete", "photos").status == 0)
    }

    @Test("the first start of the lab has a bucket, which stays deleted; an empty one has none")
    func firstStart() async throws {
        let folder = try TestFolder()
        var daemon = try await TestDaemon.start(in: folder)
        let list = try await daemon.trivetctl("storage", "buckets", "list", "--format", "value(name)")
        #expect(list.output == "my-project-photostore\n")
        #expect(try await daemon.trivetctl("storage", "buckets", "delete", "my-project-photostore").status == 0)
        await daemon.stop()
        daemon = try await TestDaemon.start(in: folder)
        #expect(try await daemon.trivetctl("storage", "ls", "--format", "json").output == "[]\n")
        await daemon.stop()
        let empty = try await TestDaemon.start(settings: ["first_start": "empty"])
        #expect(try await empty.trivetctl("storage", "ls", "--format", "json").output == "[]\n")
        await empty.stop()
    }

    @Test("in the lab, what is copied into the bucket is logged by the service, and the bucket's making is audited")
    func labChain() async throws {
        let daemon = try await TestDaemon.start(settings: ["purge.retain": "1h"])
        let photo = daemon.folder.file("photo.jpg")
        try Data("photo".utf8).write(to: URL(filePath: photo))
        let copied = try await daemon.trivetctl("storage", "cp", photo, "gs://my-project-photostore/")
        #expect(copied.status == 0, "\(copied.errors)")
        try await eventually("the event is logged") {
            let logged = try await daemon.trivetctl("datastore", "entities", "list", "StorageLog", "--format", "ndjson")
            return logged.output.contains("photo.jpg") && logged.output.contains("my-project-photostore")
        }
        #expect(try await daemon.trivetctl("storage", "buckets", "create", "gs://audited").status == 0)
        let audited = try await daemon.trivetctl(
            "audit", "list", "--method", "storage.buckets.create", "--format", "value(resource,result)")
        #expect(audited.output == "storage/v1/b\tok\n")
        await daemon.stop()
    }

    @Test("a watched folder's files are objects, also those of the time when the daemon was down")
    func watched() async throws {
        let folder = try TestFolder()
        let photos = folder.file("photos")
        try FileManager.default.createDirectory(atPath: photos, withIntermediateDirectories: true)
        var daemon = try await TestDaemon.start(in: folder)
        #expect(try await daemon.trivetctl("storage", "buckets", "create", "watched", "--watch", photos).status == 0)
        try Data("one".utf8).write(to: URL(filePath: photos + "/a.jpg"))
        try await eventually("the file is an object") { [daemon] in
            try await daemon.trivetctl("storage", "cat", "gs://watched/a.jpg").output == "one"
        }
        await daemon.kill()
        try Data("two".utf8).write(to: URL(filePath: photos + "/b.jpg"))
        try FileManager.default.removeItem(atPath: photos + "/a.jpg")
        daemon = try await TestDaemon.start(in: folder)
        try await eventually("the folder is as it is now") { [daemon] in
            try await daemon.trivetctl("storage", "ls", "gs://watched", "--format", "value(url)").output
                == "gs://watched/b.jpg\n"
        }
        let base = try daemon.url("admin")
        let refused = try await run(
            "curl",
            ["-sS", "--noproxy", "*", "-d", #"{"name":"etc","watchedFolder":"/etc"}"#, "\(base)/storage/v1/b"])
        #expect(try refused.json().object?["error"]?.object?["code"] == 403)
        await daemon.stop()
    }
}
