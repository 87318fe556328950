import Foundation
import Glibc
import JSON
import Testing

@testable import Commands

@Suite struct StorageTests {
    @Test(
        "Patterns match names as the shell's would, and ** goes through folders",
        arguments: [
            ("a*", "abc", true), ("a*", "a/b", false), ("a**", "a/b/c", true), ("**.txt", "a/b.txt", true),
            ("*.txt", "a/b.txt", false), ("a?c", "abc", true), ("a?c", "a/c", false), ("[a-c]x", "bx", true),
            ("[a-c]x", "dx", false), ("[ab-]x", "-x", true), ("a[", "a[", true), ("a[]", "a[]", true), ("", "", true),
            ("*", "", true), ("a*b*c", "a1b2c", true), ("a*b*c", "acb", false), ("é*", "éa", true),
        ])
    func globs(_ pattern: String, _ name: String, _ matches: Bool) {
        #expect(Glob(pattern).matches(name) == matches)
    }

    @Test("A pattern that would drive a backtracking matcher mad takes no time")
    func hostileGlob() {
        let pattern = String(repeating: "*a", count: 200) + "b"
        #expect(!Glob(pattern).matches(String(repeating: "a", count: 1_000)))
        #expect(Glob("dir/x*").prefix == "dir/x")
    }

    @Test("URLs are taken apart, and those without a bucket are wrong usage")
    func urls() throws {
        #expect(try StorageURL("gs://b/a/b") == .cloud(bucket: "b", name: "a/b"))
        #expect(try StorageURL("gs://b") == .cloud(bucket: "b", name: ""))
        #expect(try StorageURL("gs://b//a") == .cloud(bucket: "b", name: "/a"))
        #expect(try StorageURL("a/b") == .local("a/b"))
        #expect(throws: CommandError.self) { try StorageURL("gs://") }
        #expect(throws: CommandError.self) { try StorageURL("gs:///a") }
        #expect(try StorageURL.bucketName("gs://b/") == "b")
        #expect(throws: CommandError.self) { try StorageURL.bucketName("gs://b/a") }
    }

    private func object(_ name: String) -> String {
        let json: JSONValue = [
            "bucket": "b", "name": .string(name), "size": "3", "generation": "7", "metageneration": "1",
            "crc32c": "AAAAAA==", "timeCreated": "2026-11-22T10:00:00.000Z", "updated": "2026-11-22T10:00:00.000Z",
        ]
        return String(decoding: json.serialized(), as: UTF8.self)
    }

    private func listing(_ names: [String]) -> String { "{\"items\":[\(names.map(object).joined(separator: ","))]}" }

    @Test("Objects whose names would leave the folder are not written, and nothing before them is")
    func escapes() async throws {
        for name in ["p/../../x", "p//x", "p/./x"] {
            let bench = CommandBench()
            bench.daemon.answer("GET /storage/v1/b/b/o?prefix=p%2F", "{\"items\":[\(object("p/ok")),\(object(name))]}")
            let folder = NSTemporaryDirectory() + UUID().uuidString
            #expect(await bench.run("storage", "cp", "-r", "gs://b/p", folder) == 1)
            #expect(!FileManager.default.fileExists(atPath: folder))
            #expect(bench.messages.text.contains("would not be a file in the folder"))
        }
    }

    @Test("A download that ends too early leaves no file")
    func shortDownload() async throws {
        let bench = CommandBench()
        bench.daemon.answer("GET /storage/v1/b/b/o/a", object("a"))
        bench.daemon.answer("GET /storage/v1/b/b/o/a?alt=media&generation=7", chunks: ["ab"])
        let path = NSTemporaryDirectory() + UUID().uuidString
        #expect(await bench.run("storage", "cp", "gs://b/a", path) == 1)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(!FileManager.default.fileExists(atPath: path + ".trivetctl-part"))
    }

    @Test("A pipe, or a device, is written to and stays, also when the download ends too early")
    func pipe() async throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        try #require(mkfifo(path, 0o600) == 0)
        let link = path + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        // That there is a reader already keeps the writer from waiting for one.
        let reader = open(path, O_RDONLY | O_NONBLOCK)
        for (destination, chunks, exit) in [(path, ["ab", "c"], 0), (link, ["ab"], 1)] as [(String, [String], Int32)] {
            let bench = CommandBench()
            bench.daemon.answer("GET /storage/v1/b/b/o/a", object("a"))
            bench.daemon.answer("GET /storage/v1/b/b/o/a?alt=media&generation=7", chunks: chunks)
            #expect(await bench.run("storage", "cp", "gs://b/a", destination) == exit)
            var bytes = [UInt8](repeating: 0, count: 9)
            let count = read(reader, &bytes, bytes.count)
            #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == chunks.joined())
            var status = stat()
            #expect(stat(destination, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        }
        close(reader)
        for path in [path, link] { try FileManager.default.removeItem(atPath: path) }
    }

    @Test("A link to a file stays a link, and the file is replaced when the new one is whole")
    func link() async throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: true)
        try Data("before".utf8).write(to: URL(filePath: folder + "/real/file"))
        let link = folder + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "real/file")
        for (chunks, content) in [(["ab"], "before"), (["ab", "c"], "abc")] {
            let bench = CommandBench()
            bench.daemon.answer("GET /storage/v1/b/b/o/a", object("a"))
            bench.daemon.answer("GET /storage/v1/b/b/o/a?alt=media&generation=7", chunks: chunks)
            #expect(await bench.run("storage", "cp", "gs://b/a", link) == (content == "abc" ? 0 : 1))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "real/file")
            #expect(try String(contentsOfFile: folder + "/real/file", encoding: .utf8) == content)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/real") == ["file"])
        }
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("On a terminal a bar tells how far a copy is, and goes when it is done; elsewhere there is none")
    func progress() async throws {
        for isTerminal in [true, false] {
            var bench = CommandBench()
            bench.terminal = Terminal(input: false, output: false, messages: isTerminal)
            bench.daemon.answer("GET /storage/v1/b/b/o/a", object("a"))
            bench.daemon.answer("GET /storage/v1/b/b/o/a?alt=media&generation=7", chunks: ["ab", "c"])
            let path = NSTemporaryDirectory() + UUID().uuidString
            #expect(await bench.run("storage", "cp", "gs://b/a", path) == 0)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "abc")
            try FileManager.default.removeItem(atPath: path)
            let text = bench.messages.text
            let bar = "[\(String(repeating: "#", count: 24))] 100%  3 B of 3 B  gs://b/a"
            #expect(text.contains(bar) == isTerminal, "\(text)")
            #expect(text.hasSuffix("\r\u{1B}[K") == isTerminal)
        }
    }

    @Test("Without a name nothing is deleted, on a terminal rm asks, and a pattern without a match is told")
    func removes() async {
        var bench = CommandBench()
        bench.daemon.answer("GET /storage/v1/b/b/o?prefix=x", "{\"items\":[\(object("xa")),\(object("x/b"))]}")
        #expect(await bench.run("storage", "rm", "gs://b/") == 2)
        #expect(await bench.run("storage", "rm", "gs://b/x?c") == 5)
        bench.terminal = Terminal(input: true, output: true, messages: true)
        bench.answerToQuestion = "n"
        #expect(await bench.run("storage", "rm", "gs://b/x*") == 1)
        #expect(bench.messages.text.contains("Delete gs://b/xa? [y/N]"))
        #expect(!bench.daemon.requests.contains { $0.hasPrefix("DELETE") })
        bench.daemon.answer("DELETE /storage/v1/b/b/o/xa?generation=7", status: 204, "")
        #expect(await bench.run("storage", "rm", "-y", "gs://b/x*") == 0)
    }

    @Test("What was deleted meanwhile is gone, each object is deleted once, and a failure comes after what was done")
    func unfinishedRemoval() async {
        let bench = CommandBench()
        let names = ["a", "b", "c", "d"]
        bench.daemon.answer("GET /storage/v1/b/b/o?prefix=", listing(names))
        for (name, status) in zip(names, [204, 404, 503]) {
            bench.daemon.answer("DELETE /storage/v1/b/b/o/\(name)?generation=7", status: status, "")
        }
        #expect(await bench.run("storage", "rm", "-y", "gs://b/*", "gs://b/*", "--format", "value(deleted)") == 1)
        #expect(bench.output.lines == ["gs://b/a", "gs://b/b"])
        #expect(bench.messages.text.contains("the daemon answered 503"))
        let deletions = bench.daemon.requests.filter { $0.hasPrefix("DELETE") }
        #expect(deletions == ["a", "b", "c"].map { "DELETE /storage/v1/b/b/o/\($0)?generation=7" })
    }

    @Test("Of a copy and a move that fail in the middle, what was done before is shown")
    func unfinishedCopies() async {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        let size = "--format=value(size)"
        for arguments in [
            ["cp", "gs://b/a", "gs://b/b", folder, size], ["mv", "gs://b/a", "gs://b/b", "gs://b/x/", size],
        ] {
            let bench = CommandBench()
            for name in ["a", "b"] { bench.daemon.answer("GET /storage/v1/b/b/o/\(name)", object(name)) }
            bench.daemon.answer("GET /storage/v1/b/b/o/a?alt=media&generation=7", chunks: ["abc"])
            bench.daemon.answer("GET /storage/v1/b/b/o/b?alt=media&generation=7", status: 503, "")
            bench.daemon.answer("POST /storage/v1/b/b/o/a/moveTo/o/x%2Fa?sourceGeneration=7", "{}")
            bench.daemon.answer("POST /storage/v1/b/b/o/b/moveTo/o/x%2Fb?sourceGeneration=7", status: 503, "")
            #expect(await bench.run(["storage"] + arguments) == 1)
            #expect(bench.output.lines == ["3"])
            #expect(bench.messages.text.contains("the daemon answered 503"))
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    @Test("With --no-clobber a copy is left out where the daemon says that there is an object, and only there")
    func noClobber() async {
        for (status, exit) in [(412, 0), (404, 5), (503, 1)] as [(Int, Int32)] {
            let bench = CommandBench()
            bench.daemon.answer("GET /storage/v1/b/b/o/a", object("a"))
            let message = status == 412 ? "it is there" : "gs://b/pre-conditions is not"
            bench.daemon.answer(
                "POST /storage/v1/b/b/o/a/rewriteTo/b/b/o/x?sourceGeneration=7&ifGenerationMatch=0", status: status,
                #"{"error":{"code":\#(status),"message":"\#(message)","status":"X"}}"#)
            let run = await bench.run("storage", "cp", "-n", "gs://b/a", "gs://b/x", "--format", "value(source)")
            #expect(run == exit)
            #expect(bench.output.lines.isEmpty)
        }
    }

    @Test("Notifications are made with Google's names")
    func notifications() async throws {
        let bench = CommandBench()
        bench.daemon.answer(
            "POST /storage/v1/b/b/notificationConfigs",
            #"{"id":"1","topic":"//pubsub.googleapis.com/projects/p/topics/t","payload_format":"NONE"}"#)
        let exit = await bench.run(
            "storage", "buckets", "notifications", "create", "gs://b", "--topic", "t", "--event-types",
            "OBJECT_DELETE,OBJECT_FINALIZE", "--payload-format", "none", "--custom-attributes", "a=b,c=d",
            "--object-prefix", "in/")
        #expect(exit == 0)
        let body = try JSONValue(parsing: Array(try #require(bench.daemon.bodies.first).utf8))
        #expect(
            body == [
                "topic": "projects/_/topics/t", "payload_format": "NONE", "object_name_prefix": "in/",
                "event_types": ["OBJECT_DELETE", "OBJECT_FINALIZE"], "custom_attributes": ["a": "b", "c": "d"],
            ])
        #expect(
            await bench.run(
                "storage", "buckets", "notifications", "create", "b", "--topic", "t", "--custom-attributes", "a") == 2)
    }
}
