import Foundation
import Glibc
import JSON
import TestSupport
import Testing
import Transfer

@Suite("The daemon's life: starting, refusing to start, stopping")
struct LifecycleTests {
    /// Runs trivetd to its end, for starts that are refused.
    private func refused(
        _ arguments: [String] = [], data: String, settings: [String: String] = [:]
    ) async throws -> CommandResult {
        try await run(
            Programs.trivetd, ["--config", "/dev/null", "--data-dir", data] + arguments,
            environment: TestDaemon.environment(settings))
    }

    @Test("SIGTERM: exit 0, every record on disk, the write-ahead log folded in")
    func stop() async throws {
        let daemon = try await TestDaemon.start()
        let client = TransferClient()
        for _ in 0..<20 { _ = try await client.get(daemon.url("hello-world-service", "/")) }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0), "\(daemon.log)")
        let count = try await run(
            "sqlite3",
            [
                daemon.folder.file("data/telemetry.db"),
                // The minute's purge may have come, too.
                """
                SELECT count(*) FROM request_record JOIN request_segment ON id BETWEEN first_id AND last_id
                    JOIN request_shape ON segment = first_id AND number = shape WHERE service = 'hello-world-service'
                """,
            ])
        #expect(count.output == "20\n")
        for name in ["state.db-wal", "telemetry.db-wal"] {
            #expect(contents(of: daemon.folder.file("data/\(name)")).isEmpty)
        }
        #expect(!FileManager.default.fileExists(atPath: daemon.socket), "the socket is gone")
    }

    @Test("lines for the journal begin with their priority, others do not", arguments: [true, false])
    func journal(isNamed: Bool) async throws {
        let folder = try TestFolder()
        let log = try folder.write("", to: "trivetd.log")
        var status = stat()
        try #require(stat(log, &status) == 0)
        let stream = "\(status.st_dev):\(isNamed ? status.st_ino : status.st_ino + 1)"
        let daemon = try await TestDaemon.start(in: folder, variables: ["JOURNAL_STREAM": stream])
        #expect(await daemon.stop() == .exited(0))
        let lines = contents(of: log).split(separator: "\n")
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { $0.hasPrefix("<") == isNamed }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("<6>") } == isNamed)
    }

    @Test("a restart under load fails no request that was sent")
    func stopUnderLoad() async throws {
        let daemon = try await TestDaemon.start()
        let url = try daemon.url("message-board-service", "/api/v1/store")
        let stored = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<8 {
                group.addTask {
                    let transfers = TransferClient()
                    var begun = ContinuousClock.now
                    do {
                        while true {
                            begun = .now
                            let answer = try await transfers.post(
                                url, ["name": "load", "message": .string("from \(client)")])
                            #expect(answer.status == 200)
                            stored.increment()
                        }
                    } catch let error as TransferError {
                        // A client that a busy machine keeps from its processor may come too late for its request.
                        let isLate = error.code == .connectionLost && ContinuousClock.now - begun > .milliseconds(400)
                        #expect(error.code == .couldNotConnect || isLate, "\(error)")
                    }
                    await transfers.shutdown()
                }
            }
            try await eventually("some are stored") { stored.value > 100 }
            #expect(await daemon.stop() == .exited(0))
            try await group.waitForAll()
        }
        let count = try await run(
            "sqlite3",
            [
                "-readonly", daemon.folder.file("data/state.db"),
                "SELECT count(*) FROM entity WHERE json_extract(CAST(properties AS TEXT), '$.name.stringValue') = 'load'",
            ])
        #expect(count.output == "\(stored.value)\n", "\(count.errors)")
    }

    @Test("a second daemon on the same data is refused and names the first")
    func secondDaemon() async throws {
        let daemon = try await TestDaemon.start()
        let second = try await refused(data: daemon.dataDirectory)
        #expect(second.status == 1)
        #expect(second.errors.contains("\(daemon.process.pid)"), "\(second.errors)")
        #expect(try await daemon.trivetctl("health").status == 0, "the first one works on")
    }

    @Test("a port that is taken names its settings key")
    func portTaken() async throws {
        let daemon = try await TestDaemon.start()
        let folder = try TestFolder()
        let address = try #require(daemon.addresses["hello-world-service"])
        let second = try await refused(
            data: folder.file("data"), settings: ["services.message-board-service.listen": address])
        #expect(second.status == 1)
        #expect(second.errors.contains("services.message-board-service.listen"), "\(second.errors)")
    }

    @Test("every problem of the settings is told at once, with key, value, file and line")
    func settings() async throws {
        let folder = try TestFolder()
        let file = try folder.write(
            "project: lab\nlimits:\n  body: lots\n  hedaer: 1\nshutdown_timeout: 20\n", to: "trivet.yaml")
        let result = try await run(
            Programs.trivetd, ["--config", file, "--check-config"],
            environment: TestDaemon.environment(["purge.retian": "1m"]))
        #expect(result.status == 1)
        for part in [
            "trivet.yaml:3", "limits.body", "lots", "trivet.yaml:4", "hedaer", "header", "TRIVET_PURGE_RETIAN",
        ] {
            #expect(result.errors.contains(part), "\(part) in:\n\(result.errors)")
        }
    }

    @Test("--check-config, --version and wrong usage have their exit codes")
    func arguments() async throws {
        let environment = TestDaemon.environment()
        let checked = try await run(
            Programs.trivetd, ["--config", "/dev/null", "--check-config"], environment: environment)
        #expect(checked.status == 0, "\(checked.errors)")
        let version = try await run(Programs.trivetd, ["--version"], environment: environment)
        #expect(version.status == 0)
        #expect(version.output.hasPrefix("trivetd "))
        #expect(try await run(Programs.trivetd, ["--nonsense"], environment: environment).status == 2)
        let missing = try await run(Programs.trivetd, ["--config", "/no/such/file"], environment: environment)
        #expect(missing.status == 1)
        #expect(missing.errors.contains("/no/such/file"))
    }

    @Test("the settings of make run and of the installation are good", arguments: ["run.yaml", "trivet.yaml"])
    func packagedSettings(file: String) async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let result = try await run(
            Programs.trivetd, ["--config", root.appending(path: "packaging/\(file)").path, "--check-config"])
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("a broken telemetry.db is set aside, and the daemon goes on")
    func brokenTelemetry() async throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
        let garbage = String(repeating: "no database ", count: 1000)
        _ = try folder.write(garbage, to: "data/telemetry.db")
        let daemon = try await TestDaemon.start(in: folder)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.file("data"))
        let aside = try #require(files.first { $0.hasPrefix("telemetry.db.") }, "\(files)")
        #expect(contents(of: folder.file("data/\(aside)")) == garbage)
        #expect(daemon.log.contains(aside), "it says so: \(daemon.log)")
    }

    @Test("a broken state.db stops the start, says what to do, and is left as it is")
    func brokenState() async throws {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(atPath: folder.file("data"), withIntermediateDirectories: true)
        let garbage = String(repeating: "no database ", count: 1000)
        _ = try folder.write(garbage, to: "data/state.db")
        let result = try await refused(data: folder.file("data"))
        #expect(result.status == 1)
        #expect(result.errors.contains("state.db"))
        #expect(result.errors.contains("restore") || result.errors.contains("backup"), "\(result.errors)")
        #expect(contents(of: folder.file("data/state.db")) == garbage)
    }

    @Test("a database of a newer version is refused")
    func newerSchema() async throws {
        let daemon = try await TestDaemon.start()
        await daemon.stop()
        let state = daemon.folder.file("data/state.db")
        _ = try await run("sqlite3", [state, "PRAGMA user_version = 9999"])
        let result = try await refused(data: daemon.dataDirectory)
        #expect(result.status == 1)
        #expect(result.errors.contains("newer"), "\(result.errors)")
    }

    @Test("what was stored is there after a restart, and what the operator deleted stays deleted")
    func restart() async throws {
        let first = try await TestDaemon.start()
        let client = TransferClient()
        let body: JSONValue = ["name": "Zoë\u{0}", "message": "1.0 \u{1F600}"]
        #expect(try await client.post(first.url("message-board-service", "/api/v1/store"), body).status == 200)
        let indexes = try await first.trivetctl("datastore", "indexes", "list", "--format", "ndjson").jsonLines()
        let id = try #require(indexes.first?.object?["id"]?.string)
        #expect(try await first.trivetctl("datastore", "indexes", "delete", id, "--yes").status == 0)
        await first.stop()

        let second = try await TestDaemon.start(in: first.folder)
        let answer = try await client.post(
            second.url("message-board-service", "/api/v1/retrieve"), ["name": "Zoë\u{0}"])
        #expect(answer.status == 500, "the index is still deleted: \(answer.text)")
        #expect(answer.text.contains("no matching index found. recommended index is:"))
        let definition = try second.folder.write(
            "indexes:\n- kind: Message\n  properties:\n  - name: name\n  - name: timestamp\n", to: "index.yaml")
        let created = try await second.trivetctl("datastore", "indexes", "create", definition)
        #expect(created.status == 0, "\(created.errors)")
        var again: Answer?
        try await eventually("the index is built") {
            again = try await client.post(
                second.url("message-board-service", "/api/v1/retrieve"), ["name": "Zoë\u{0}"])
            return again?.status == 200
        }
        #expect(try again?.json().object?["messages"]?.array?.first?.object?["message"] == "1.0 \u{1F600}")
        await client.shutdown()
    }
}
