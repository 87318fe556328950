import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Buckets and objects of the real daemon, asked by the cloud's own clients, by plain HTTP, and by nobody's friends.
@Suite("Cloud Storage's clients work with the daemon")
struct ObjectStorageTests {
    @Test("Python's google-cloud-storage and google-api-python-client")
    func pythonClients() async throws {
        let daemon = try await TestDaemon.start()
        let result = try await PythonEnvironment.run(StorageClientProgram.text, [try daemon.url("admin")])
        #expect(result.output == "done\n", "\(result.errors)")
        #expect(await daemon.stop() == .exited(0))
    }

    private func curl(_ arguments: String...) async throws -> (status: String, body: String) {
        let result = try await run(
            "curl", ["-sS", "--noproxy", "*", "-w", "\n%{http_code}", "--max-time", "120"] + arguments)
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    @Test("Bad input gets Google's error shape, changes nothing and stops nothing")
    func badInput() async throws {
        let daemon = try await TestDaemon.start()
        let base = try daemon.url("admin")
        #expect(try await curl("-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b").status == "200")
        let upload = "\(base)/upload/storage/v1/b/photos/o"
        let cases: [(status: String, reason: String, arguments: [String])] = [
            ("400", "required", ["-d", "x", "\(upload)?uploadType=media"]),
            ("400", "invalid", ["-d", "x", "\(upload)?uploadType=magic&name=a"]),
            ("400", "invalid", ["-d", "x", "\(upload)?uploadType=media&name=."]),
            ("404", "notFound", ["-d", "x", "\(base)/upload/storage/v1/b/nowhere/o?uploadType=media&name=a"]),
            ("412", "conditionNotMet", ["-d", "x", "\(upload)?uploadType=media&name=a&ifGenerationMatch=5"]),
            ("400", "invalid", ["-d", "x", "\(upload)?uploadType=media&name=a&ifGenerationMatch=x"]),
            ("400", "invalid", ["-d", "x", "-H", "X-Goog-Hash: crc32c=AAAAAA==", "\(upload)?uploadType=media&name=a"]),
            ("400", "invalid", ["-d", "x", "\(upload)?uploadType=multipart&name=a"]),
            (
                "400", "invalid",
                [
                    "-d", "--b\r\n\r\n{}", "-H", "Content-Type: multipart/related; boundary=b",
                    "\(upload)?uploadType=multipart",
                ]
            ),
            (
                "400", "parseError",
                ["-d", "{", "-H", "Content-Type: application/json", "\(upload)?uploadType=resumable&name=a"]
            ),
            ("404", "notFound", ["-T", "/dev/null", "\(upload)?uploadType=resumable&upload_id=x"]),
            ("404", "notFound", ["\(base)/storage/v1/b/photos/o/a?alt=media"]),
            ("404", "notFound", ["\(base)/storage/v1/b/photos/o/a"]),
            ("404", "notFound", ["\(base)/storage/v1/b/nowhere/o"]),
            ("400", "invalid", ["\(base)/storage/v1/b/photos/o?maxResults=-1"]),
            ("400", "invalid", ["\(base)/storage/v1/b/photos/o?pageToken=!"]),
            ("400", "invalidParameter", ["\(base)/storage/v1/b/photos/o?fields=items("]),
            ("400", "invalid", ["\(base)/storage/v1/b/photos/o?alt=xml"]),
            ("400", "parseError", ["-d", "[1]", "\(base)/storage/v1/b"]),
            ("400", "required", ["-d", "{}", "\(base)/storage/v1/b"]),
            ("409", "conflict", ["-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b"]),
            (
                "501", "notImplemented",
                ["-d", #"{"name":"other","versioning":{"enabled":true}}"#, "\(base)/storage/v1/b"]
            ),
            (
                "400", "invalid",
                ["-d", #"{"topic":"x","payload_format":"NONE"}"#, "\(base)/storage/v1/b/photos/notificationConfigs"]
            ),
            ("400", "invalid", ["-d", #"{"sourceObjects":[]}"#, "\(base)/storage/v1/b/photos/o/a/compose"]),
        ]
        for (status, reason, arguments) in cases {
            let result = try await run(
                "curl", ["-sS", "--noproxy", "*", "-g", "-w", "\n%{http_code}", "--max-time", "120"] + arguments)
            let lines = result.output.split(separator: "\n")
            #expect(lines.last.map(String.init) == status, "\(arguments): \(result.output)")
            let error = try JSONValue(parsing: Array((lines.first ?? "").utf8)).object?["error"]?.object
            #expect(
                error?["errors"]?.array?.first?.object?["reason"]?.string == reason, "\(arguments): \(result.output)")
            #expect(error?["code"]?.integer == Int64(status))
        }
        let list = try await curl("\(base)/storage/v1/b/photos/o")
        #expect(list.body == #"{"kind":"storage#objects"}"#)
        #expect(
            FileManager.default.subpaths(atPath: daemon.folder.file("data/buckets"))?.filter { $0.count > 20 } == [])
    }

    @Test(
        "Over TCP only who names the daemon rightly is answered, /admin/v1 only reads, and what was stored is no page")
    func access() async throws {
        let daemon = try await TestDaemon.start()
        let base = try daemon.url("admin")
        #expect(try await curl("-H", "Host: evil.example", "\(base)/storage/v1/b").status == "421")
        #expect(
            try await curl("-H", "Sec-Fetch-Site: cross-site", "-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b")
                .status == "403")
        #expect(try await curl("\(base)/admin/v1/status").status == "200")
        #expect(try await curl("-X", "POST", "\(base)/admin/v1/purge").status == "403")
        #expect(try await curl("-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b").status == "200")
        _ = try await curl(
            "-d", "<script>", "-H", "Content-Type: text/html",
            "\(base)/upload/storage/v1/b/photos/o?uploadType=media&name=a")
        let head = try await curl("-I", "\(base)/storage/v1/b/photos/o/a?alt=media")
        #expect(head.body.contains("Content-Security-Policy: sandbox") && head.body.contains("nosniff"))
        #expect(head.body.contains("Content-Length: 8"))
        let socket = try await curl(
            "--unix-socket", daemon.socket, "http://trivet/storage/v1/b?prefix=photos&fields=items/name")
        #expect(socket.body == #"{"items":[{"name":"photos"}]}"#)
    }

    @Test("An upload of any size takes little memory, and one whose client vanishes leaves nothing")
    func large() async throws {
        let daemon = try await TestDaemon.start()
        let base = try daemon.url("admin")
        #expect(try await curl("-d", #"{"name":"photos"}"#, "\(base)/storage/v1/b").status == "200")
        let upload = "\(base)/upload/storage/v1/b/photos/o?uploadType=media"
        let size = 256 * 1_048_576
        let before = try peak(of: daemon)
        let stored = try await run(
            "bash", ["-c", "head -c \(size) /dev/zero | curl -sS --noproxy '*' -T - -X POST '\(upload)&name=zeros'"])
        #expect(try stored.json().object?["size"]?.string == String(size))
        let read = try await run(
            "bash", ["-c", "curl -sS --noproxy '*' '\(base)/storage/v1/b/photos/o/zeros?alt=media' | wc -c"])
        #expect(read.output.trimmingCharacters(in: .whitespacesAndNewlines) == String(size))
        #expect(try peak(of: daemon) < before + 64 * 1_048_576)
        _ = try await run(
            "bash", ["-c", "yes | timeout 0.3 curl -sS --noproxy '*' -T - -X POST '\(upload)&name=lost'; true"])
        try await eventually("the file of the lost upload is gone") {
            try FileManager.default.contentsOfDirectory(atPath: daemon.folder.file("data/buckets/.uploads")).isEmpty
        }
        #expect(try await curl("\(base)/storage/v1/b/photos/o/lost").status == "404")
    }

    /// The most memory that the daemon has had, in bytes.
    private func peak(of daemon: TestDaemon) throws -> Int {
        let status = contents(of: "/proc/\(daemon.process.pid)/status")
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return (Int(line.filter(\.isNumber)) ?? 0) * 1_024
    }
}
