import Glibc
import HTTPTypes
import Hosting
import Logging
import MetricsTestKit
import RequestLog
import Settings
import TestSupport
import Testing

@Suite("HTTPHosting", .serialized) struct HTTPHostingTests {
    static let routes = [
        Route(.get, "/") { _ in .text("root") },
        Route(.get, "/slow") { _ in
            try await Task.sleep(for: .milliseconds(300))
            return .text("slow")
        },
        Route(.get, "/peer") { request in
            switch request.peer {
            case .tcp(let address): .text(address)
            case .unix(let credentials): .text("\(credentials.pid) \(credentials.uid) \(credentials.gid)")
            }
        },
    ]

    static func hosting(_ addresses: [ListenAddress]) -> HTTPHosting {
        HTTPHosting(
            hosts: [ServiceHost(service: TestService(routes: routes), addresses: addresses)], limits: .patient(),
            shutdownTimeout: .seconds(1), record: { _ in }, metrics: TestMetrics(),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("A port that is taken names its settings' key")
    func takenPort() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let error = await #expect(throws: HostingError.self) {
                try await Self.hosting([.tcp(host: "127.0.0.1", port: test.port)]).bind()
            }
            #expect(error?.code == .addressInUse)
            #expect(error?.settingsKey == "services.test-service.listen")
            #expect(error?.description.hasPrefix("services.test-service.listen: 127.0.0.1:\(test.port): ") == true)
        }
    }

    @Test("An address of another machine and a name that nobody knows are told apart from a taken port")
    func foreignAddress() async throws {
        // No resolver asks anybody for a name that is too long to be one.
        for host in ["192.0.2.1", String(repeating: "a", count: 64) + ".invalid"] {
            let error = await #expect(throws: HostingError.self) {
                try await Self.hosting([.tcp(host: host, port: 0)]).bind()
            }
            #expect(error?.code == .addressUnavailable, "\(error?.description ?? "")")
        }
        let error = await #expect(throws: HostingError.self) { try await Self.hosting([.descriptor(name: "x")]).bind() }
        #expect(error?.code == .unsupported)
    }

    @Test("IPv6, localhost and several addresses of one service are listened on, port 0 tells the real port")
    func addresses() async throws {
        let host = ServiceHost(
            service: TestService(routes: Self.routes),
            addresses: [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "localhost", port: 0), .tcp(host: "::1", port: 0)])
        try await TestHosting.serving([host]) { (test: TestHosting) async throws -> Void in
            let ports = test.hosting.boundAddresses.compactMap {
                if case .tcp(_, let port) = $0.address { port } else { nil }
            }
            #expect(ports.count == 3 && Set(ports).count == 3 && !ports.contains(0))
            #expect(test.hosting.isListening)
            #expect(try await test.ask(test.request("GET", "/peer")).body == "127.0.0.1")
        }
    }

    @Test("A unix socket has mode 0660, shows who connects, needs no own Host, and is removed at the end")
    func unixSocket() async throws {
        let path = Self.temporaryPath()
        let host = ServiceHost(service: TestService(routes: Self.routes), addresses: [.unix(path: path)])
        try await TestHosting.serving([host]) { (_: TestHosting) async throws -> Void in
            var status = stat()
            #expect(stat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o660)
            let answer = try await blocking {
                let client = try RawClient(path: path)
                try client.send("GET /peer HTTP/1.1\r\nHost: whatever\r\n\r\n")
                return client.answer()
            }
            #expect(answer.body == "\(getpid()) \(getuid()) \(getgid())")
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("A socket's file is removed at the start only when nobody listens on it")
    func staleSocket() async throws {
        let path = Self.temporaryPath()
        let host = ServiceHost(service: TestService(routes: Self.routes), addresses: [.unix(path: path)])
        // Left behind by a process that died.
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(dead)
        #expect(access(path, F_OK) == 0)
        try await TestHosting.serving([host]) { (_: TestHosting) async throws -> Void in
            let error = await #expect(throws: HostingError.self) { try await Self.hosting([.unix(path: path)]).bind() }
            #expect(error?.code == .addressInUse)
            #expect(access(path, F_OK) == 0)
        }
        let file = fopen(path, "w")
        if let file { fclose(file) }
        let error = await #expect(throws: HostingError.self) { try await Self.hosting([.unix(path: path)]).bind() }
        #expect(error?.code == .notASocket)
        #expect(access(path, F_OK) == 0)
        unlink(path)
    }

    @Test("When one address cannot be had, none stays open")
    func allOrNothing() async throws {
        let path = Self.temporaryPath()
        let addresses: [ListenAddress] = [.unix(path: path), .tcp(host: "192.0.2.1", port: 0)]
        await #expect(throws: HostingError.self) { try await Self.hosting(addresses).bind() }
        #expect(access(path, F_OK) != 0)
    }

    @Test("Shutdown: a lame duck accepts and answers with Connection: close, running requests finish, idle ones go")
    func graceful() async throws {
        let path = Self.temporaryPath()
        let host = ServiceHost(
            service: TestService(routes: Self.routes),
            addresses: [.tcp(host: "127.0.0.1", port: 0), .unix(path: path)])
        let isServed = try await atSomePace { pace in
            try await TestHosting.serving([host], lameDuck: .seconds(2 * pace)) { test in
                let idle = try test.connect()
                try idle.send(test.request("GET", "/"))
                #expect(idle.answer().header("connection") == nil)
                await test.stop()
                let isServed = await self.isServedAsLameDuck(test)
                #expect(try await blocking { idle.rest() }.end == .closed)
                #expect(await eventually { !test.hosting.isListening })
                #expect(throws: RawClient.Failure.self) { try RawClient(path: path) }
                return isServed
            }
        }
        #expect(isServed)
    }

    /// Whether new connections are answered, and told to close; false when the lame duck was too short for that.
    private func isServedAsLameDuck(_ test: TestHosting) async -> Bool {
        func ask(_ path: String) async -> Answer? {
            try? await blocking {
                let client = try test.connect()
                try client.send(test.request("GET", path))
                return client.answer()
            }
        }
        await eventually {
            guard test.hosting.isListening else { return true }
            return await ask("/")?.header("connection") == "close"
        }
        let running = await ask("/slow")
        return running?.status == 200 && running?.body == "slow" && running?.header("connection") == "close"
    }

    @Test("A connection that was accepted before the end is still answered when its request comes a moment later")
    func lateRequest() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let late = try test.connect()
            #expect(await eventually { test.hosting.connectionCount == 1 })
            await test.stop()
            #expect(await eventually { !test.hosting.isListening })
            let answer = try await blocking {
                try late.send(test.request("GET", "/"))
                return late.rest()
            }
            #expect(answer.status == 200 && answer.header("connection") == "close")
        }
    }

    @Test("What does not end within the shutdown timeout is closed and recorded")
    func hardClose() async throws {
        let end = OneShot<Void>()
        let routes = [
            Route(.get, "/long") { _ in
                await end.wait()
                return .text("never sent")
            }
        ]
        try await TestHosting.serving(routes, shutdownTimeout: .milliseconds(200)) {
            (test: TestHosting) async throws -> Void in
            let client = try test.connect()
            try client.send(test.request("GET", "/long"))
            #expect(await eventually { test.activeRequests == 1 })
            await test.stop()
            let rest = try await blocking { client.rest() }
            #expect(rest.bytes.isEmpty && rest.end != .timedOut)
            end.set(())
            #expect(await test.records(1).map(\.status) == [499])
        }
    }

    @Test("Requests are measured by service, method, route and status; the unknown is folded")
    func measures() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            _ = try await test.ask(test.request("GET", "/"))
            _ = try await test.ask(test.request("GET", "/made-up"))
            _ = try await test.ask(test.request("BREW", "/"))
            _ = await test.records(3)
            func count(_ method: String, _ route: String, _ status: String) throws -> Int {
                try test.metrics.expectTimer(
                    "http_server_request_duration_seconds",
                    [
                        ("service", "test-service"), ("http_request_method", method), ("http_route", route),
                        ("http_response_status_code", status),
                    ]
                ).values.count
            }
            #expect(try count("GET", "/", "200") == 1)
            #expect(try count("GET", "_other", "404") == 1)
            #expect(try count("_OTHER", "/", "405") == 1)
            #expect(try count("GET", "/slow", "200") == 0)
            #expect(
                try test.metrics.expectMeter("http_server_active_requests", [("service", "test-service")]).lastValue
                    == 0)
        }
    }

    @Test("A host that keeps metrics only leaves no record")
    func metricsOnly() async throws {
        let host = ServiceHost(
            service: TestService(routes: Self.routes), addresses: [.tcp(host: "127.0.0.1", port: 0)],
            recording: .metricsOnly)
        try await TestHosting.serving([host]) { (test: TestHosting) async throws -> Void in
            #expect(try await test.ask(test.request("GET", "/")).status == 200)
            // A record would be kept at the request's end.
            #expect(await eventually { test.activeRequests == 0 })
            #expect(test.records.isEmpty)
        }
    }

    static func temporaryPath() -> String { "/tmp/trivet-hosting-\(UInt64.random(in: 0...(.max)))" }
}
