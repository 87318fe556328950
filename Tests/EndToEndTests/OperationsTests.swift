import Foundation
import Glibc
import JSON
import TestSupport
import Testing
import Transfer

@Suite("Reloads, the log's level and the audit log of the real daemon")
struct OperationsTests {
    /// A daemon with a settings file of its own.
    private func start(_ text: String, settings: [String: String] = [:]) async throws -> (TestDaemon, file: String) {
        let folder = try TestFolder()
        let file = try folder.write(text, to: "trivet.yaml")
        return (try await TestDaemon.start(in: folder, config: file, settings: settings), file)
    }

    private func audited(_ daemon: TestDaemon, _ fields: String, _ filters: String...) async throws -> [String] {
        let result = try await daemon.trivetctl(["audit", "list", "--format", "value(\(fields))"] + filters)
        #expect(result.status == 0, "\(result.errors)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test("SIGHUP takes over what can change, and no request fails meanwhile")
    func signal() async throws {
        let (daemon, file) = try await start("limits: { body: 1MiB }\n")
        let url = try daemon.url("hello-world-service", "/api/v1/hello")
        let body: JSONValue = ["name": .string(String(repeating: "x", count: 2_000))]
        let served = Counter()
        let client = TransferClient()
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                while !Task.isCancelled {
                    let answer = try await client.get(daemon.url("hello-world-service", "/"))
                    #expect(answer.status == 200)
                    served.increment()
                }
            }
            #expect(try await client.post(url, body).status == 200)
            _ = try daemon.folder.write(
                "limits: { body: 1KiB }\nlog: { format: json }\nproject: another-project\n", to: "trivet.yaml")
            daemon.process.send(SIGHUP)
            try await eventually("the smaller limit holds") { try await client.post(url, body).status == 413 }
            let before = served.value
            try await eventually("requests go on") { served.value > before + 20 }
            tasks.cancelAll()
        }
        await client.shutdown()
        try await eventually("the reload is recorded") {
            try await audited(daemon, "principal,method,result", "--method", "config.reload") == [
                "signal:SIGHUP\tconfig.reload\tok"
            ]
        }
        let shown = try await daemon.trivetctl(["config", "show", "--format", "value(key,value,source)"]).output
        #expect(shown.contains("limits.body\t1KiB\t\(file):1\n"))
        #expect(shown.contains("project\tmy-project\tdefault\n"))
        try await eventually("the log tells it, in its new form") {
            daemon.log.contains(#""message":"settings reloaded""#)
                && daemon.log.contains(#""settings":"project=another-project""#)
        }
        #expect(await daemon.stop() == .exited(0))
    }

    @Test("a bad file changes nothing: the log names every problem, and the daemon goes on")
    func badFile() async throws {
        let (daemon, _) = try await start("purge: { retain: 1h }\n")
        let bad = "purge: { retain: 2h }\nlimits: { body: much }\nprojekt: x\n"
        _ = try daemon.folder.write(bad, to: "trivet.yaml")
        daemon.process.send(SIGHUP)
        try await eventually("the log tells it") {
            daemon.log.contains("trivet.yaml:2: limits.body") && daemon.log.contains("trivet.yaml:3: projekt")
        }
        let shown = try await daemon.trivetctl(["config", "show", "--format", "value(key,value)"]).output
        #expect(shown.contains("purge.retain\t1h\n"))
        let reload = try await daemon.trivetctl("config", "reload")
        #expect(reload.status == 1)
        #expect(reload.errors.contains("nothing was changed"))
        #expect(try await daemon.metrics()["trivet_config_last_reload_successful"] == 0)
        try await eventually("both stand in the audit log") {
            try await audited(daemon, "principal,result").count { $0.hasSuffix("\tfailed") } == 2
        }
        #expect(await daemon.stop() == .exited(0))
    }

    /// A terminal of our own: the end that a person would look at, and the path of the program's end. (Swift's Glibc
    /// shows neither `posix_openpt` nor the requests' names: they are TIOCSPTLCK and TIOCGPTN.)
    private func pseudoTerminal() throws -> (descriptor: Int32, path: String) {
        let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (locked, number): (Int32, Int32) = (0, 0)
        try #require(descriptor >= 0)
        try #require(ioctl(descriptor, 0x4004_5431, &locked) == 0)
        try #require(ioctl(descriptor, 0x8004_5430, &number) == 0)
        return (descriptor, "/dev/pts/\(number)")
    }

    @Test("SIGHUP from a terminal that was closed is no reload but the end")
    func closedTerminal() async throws {
        let (terminal, name) = try pseudoTerminal()
        let folder = try TestFolder()
        let process = try ChildProcess(
            Programs.trivetd, ["--config", "/dev/null", "--data-dir", folder.file("data")],
            environment: TestDaemon.environment(), errors: name)
        defer { process.send(SIGKILL) }
        let client = TransferClient()
        func phase() async -> String? {
            let request = TransferRequest.patient(
                url: "http://localhost/admin/v1/status", unixSocketPath: folder.file("data/admin.sock"))
            guard let answer = try? await client.execute(request) else { return nil }
            return (try? JSONValue(parsing: answer.body))?.object?["phase"]?.string
        }
        try await eventually("it serves") { await phase() == "serving" }
        process.send(SIGHUP)
        try await eventually("with the terminal there, it is a reload") {
            let audit = TransferRequest.patient(
                url: "http://localhost/admin/v1/audit?method=config.reload&result=ok",
                unixSocketPath: folder.file("data/admin.sock"))
            return try await client.execute(audit).body.count > 100
        }
        await client.shutdown()
        #expect(close(terminal) == 0)
        process.send(SIGHUP)
        #expect(await process.wait() == .exited(0))
    }

    @Test("a shutdown timeout that was reloaded bounds the stop")
    func shutdownTimeout() async throws {
        let (daemon, _) = try await start("shutdown_timeout: 1h\n")
        _ = try daemon.folder.write("shutdown_timeout: 1s\n", to: "trivet.yaml")
        #expect(try await daemon.trivetctl("config", "reload").status == 0)
        // A request that never comes to its end would hold the old timeout's hour.
        let connection = try RawConnection(try daemon.url("hello-world-service").replacing("http://", with: ""))
        connection.send("POST /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{")
        let stopped = OneShot<ChildProcess.End>()
        Task { stopped.set(await daemon.stop()) }
        try await eventually("it has stopped") { stopped.value != nil }
        #expect(stopped.value == .exited(0))
        withExtendedLifetime(connection) {}
    }

    @Test("a level that is set for a time shows more, and falls back by itself")
    func logLevel() async throws {
        let (daemon, _) = try await start("")
        let client = TransferClient()
        let url = try daemon.url("hello-world-service", "/")
        _ = try await client.get(url)
        #expect(!daemon.log.contains("request served"))
        // Long enough for the slowest machine to send a request in; a short time then shows the fall.
        #expect(try await daemon.trivetctl("log", "level", "debug", "--for", "10m").status == 0)
        let headers = [TransferHeader("X-Request-Id", "the-one-request")]
        _ = try await client.execute(TransferRequest.patient(url: url, headers: headers))
        try await eventually("the request is told with its id") {
            daemon.log.split(separator: "\n").contains {
                $0.contains("request served") && $0.contains("requestId=the-one-request")
            }
        }
        #expect(try await daemon.trivetctl("log", "level", "debug", "--for", "1s").status == 0)
        try await eventually("the settings' level is back") {
            try await daemon.trivetctl(["log", "level", "--format", "value(level,source)"]).output == "info\tdefault\n"
        }
        await client.shutdown()
        #expect(
            try await audited(daemon, "method,parameters.level,parameters.for") == [
                "log.level.set\tdebug\t1s", "log.level.set\tdebug\t10m", "daemon.first-start\t\t",
            ])
    }

    @Test("every line of a request's course carries its id, whichever part logs it")
    func requestID() async throws {
        let (daemon, _) = try await start("")
        let indexes = try await daemon.trivetctl("datastore", "indexes", "list", "--format", "value(id)").output
        let id = indexes.split(separator: "\n").first.map(String.init) ?? ""
        #expect(try await daemon.trivetctl("datastore", "indexes", "delete", id, "--yes").status == 0)
        let client = TransferClient()
        let headers = [
            TransferHeader("X-Request-Id", "needs-an-index"), TransferHeader("Content-Type", "application/json"),
        ]
        let answer = try await client.execute(
            TransferRequest.patient(
                method: "POST", url: daemon.url("message-board-service", "/api/v1/retrieve"), headers: headers,
                body: Array(#"{"name":"Bob"}"#.utf8)))
        await client.shutdown()
        #expect(answer.status == 500)
        try await eventually("the log says it, with the id") {
            daemon.log.split(separator: "\n").contains {
                $0.contains("retrieve needs an index") && $0.contains("requestId=needs-an-index")
            }
        }
    }

    @Test("at the level trace nothing secret reaches the log: no token, no header, no body, no query")
    func nothingSecret() async throws {
        let (daemon, _) = try await start("log: { level: trace }\n")
        let client = TransferClient()
        let headers = [
            TransferHeader("Authorization", "Bearer canary-token"), TransferHeader("Cookie", "canary-cookie"),
            TransferHeader("X-Api-Key", "canary-header"), TransferHeader("Content-Type", "application/json"),
            TransferHeader("X-Request-Id", "secret-bearer"),
        ]
        for (service, path) in [
            ("hello-world-service", "/api/v1/hello"), ("message-board-service", "/api/v1/store"),
            ("message-board-service", "/api/v1/retrieve"), ("storage-logging-service", "/api/v1/pubsub"),
            ("hello-world-service", "/no-such-path"),
        ] {
            for body in [
                #"{"name":"canary-body","message":"canary-body"}"#, #"{"canary-body":"#, "canary-body",
                #"{"message":{"attributes":{"eventType":"OBJECT_FINALIZE"},"data":"Y2FuYXJ5LWJvZHk=","messageId":"1"}}"#,
            ] {
                _ = try await client.execute(
                    TransferRequest.patient(
                        method: "POST", url: daemon.url(service, "\(path)?key=canary-query"), headers: headers,
                        body: Array(body.utf8)))
            }
        }
        let garbage = "POST / HTTP/1.1\r\nAuthorization: canary-token\r\nBad Header\r\n\r\ncanary-body"
        _ = try await RawConnection.status(
            try daemon.url("hello-world-service").replacing("http://", with: ""), sending: Array(garbage.utf8))
        for body in [#"{"olderThan":"canary-body"}"#, #"{"token":"canary-token"}"#, "canary-body"] {
            _ = try await client.execute(
                TransferRequest.patient(
                    method: "POST", url: "http://localhost/admin/v1/purge?x=canary-query", headers: headers,
                    body: Array(body.utf8), unixSocketPath: daemon.socket))
        }
        await client.shutdown()
        #expect(await daemon.stop() == .exited(0))
        #expect(daemon.log.contains("requestId=secret-bearer"), "the requests are told")
        #expect(!daemon.log.contains("canary"), "\(daemon.log.split(separator: "\n").filter { $0.contains("canary") })")
        #expect(!daemon.log.contains("Y2FuYXJ5"))
    }

    @Test("the audit log outlives a kill, and tells what the daemon did not survive")
    func kill() async throws {
        let (daemon, file) = try await start("")
        #expect(try await daemon.trivetctl("purge", "--older-than", "1h").status == 0)
        #expect(try await daemon.trivetctl("scheduler", "jobs", "run", "no-such-job").status == 5)
        await daemon.kill()
        let second = try await TestDaemon.start(in: daemon.folder, config: file)
        #expect(
            try await audited(second, "method,result") == [
                "scheduler.jobs.run\tfailed", "purge\tok", "daemon.first-start\tok",
            ])
        #expect(try await audited(second, "method", "--until", "30d") == [])
        #expect(try await audited(second, "method", "--since", "1h", "--limit", "1") == ["scheduler.jobs.run"])
    }
}
