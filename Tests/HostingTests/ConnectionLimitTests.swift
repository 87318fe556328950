import Glibc
import HTTPTypes
import Hosting
import RequestLog
import Settings
import TestSupport
import Testing

@Suite("Limits of time and number", .serialized) struct ConnectionLimitTests {
    static let routes = [
        Route(.get, "/") { _ in .text("root") },
        Route(.post, "/echo") { request in .text(String(try await request.body().count)) },
    ]

    @Test("A head that comes too slowly gets 408 and is counted, however steadily its bytes drip")
    func slowHead() async throws {
        let limits = LimitSettings.patient(headerTimeout: .milliseconds(200))
        try await TestHosting.serving(Self.routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let answer = try await blocking {
                let client = try test.connect()
                try client.send("GET / HTTP/1.1\r\n")
                var received: [UInt8] = []
                let deadline = ContinuousClock.now + patience
                while received.isEmpty, ContinuousClock.now < deadline {
                    try client.send("A: b\r\n")
                    received = client.read(within: .milliseconds(20)) { !$0.isEmpty }.bytes
                }
                return Answer(received)
            }
            #expect(answer.status == 408)
            #expect(test.rejected("header_timeout") == 1)
            #expect(test.records.isEmpty)
        }
    }

    @Test("A head that stalls is answered with 408 in the service's shape")
    func stalledHead() async throws {
        let limits = LimitSettings.patient(headerTimeout: .milliseconds(150))
        try await TestHosting.serving(Self.routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let answer = try await test.askAll(Array("GET / HTTP/1.1\r\nHos".utf8))
            #expect(answer.status == 408)
            #expect(answer.body.hasPrefix(#"{"message":""#))
            #expect(answer.end == .closed)
        }
    }

    @Test("The head's time runs on the second request of a connection too")
    func slowSecondHead() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answer = try await blocking {
                let client = try test.connect()
                try client.send(test.request("GET", "/"))
                #expect(client.answer().status == 200)
                test.hosting.apply(.patient(headerTimeout: .milliseconds(150)), shutdownTimeout: patience)
                try client.send("GET / HT")
                return client.rest()
            }
            #expect(answer.status == 408)
        }
    }

    @Test("A connection that says nothing is closed without a word")
    func silence() async throws {
        let limits = LimitSettings.patient(headerTimeout: .milliseconds(100))
        try await TestHosting.serving(Self.routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let answer = try await test.askAll([])
            #expect(answer.end == .closed && answer.bytes.isEmpty)
            #expect(test.rejected("header_timeout") == 0)
        }
    }

    @Test("A body may take long as long as it moves; when it stops it gets 408, a record and a count")
    func slowBody() async throws {
        let isServed = try await atSomePace { pace in
            let limits = LimitSettings.patient(bodyTimeout: .milliseconds(250 * pace))
            return try await TestHosting.serving(Self.routes, limits: limits) { test in
                let moving = try await blocking {
                    let client = try test.connect()
                    try client.send(test.request("POST", "/echo", headers: ["Content-Length: 8"]))
                    for _ in 0..<8 {
                        usleep(UInt32(60_000 * pace))
                        try client.send("x")
                    }
                    return client.answer()
                }
                return moving.status == 200 && moving.body == "8"
            }
        }
        #expect(isServed)
        let limits = LimitSettings.patient(bodyTimeout: .milliseconds(250))
        try await TestHosting.serving(Self.routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let stalled = try await test.askAll(
                Array((test.request("POST", "/echo", headers: ["Content-Length: 8"]) + "abc").utf8))
            #expect(stalled.status == 408 && stalled.end == .closed)
            #expect(test.rejected("body_timeout") == 1)
            let record = try #require(await test.records(1).last)
            #expect(record.status == 408 && record.requestSize == 3)
        }
    }

    @Test("An idle connection is closed after the idle timeout, not before")
    func idle() async throws {
        let limits = LimitSettings.patient(idleTimeout: .milliseconds(300))
        try await TestHosting.serving(Self.routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let (took, end) = try await blocking {
                let client = try test.connect()
                let start = ContinuousClock.now
                try client.send(test.request("GET", "/"))
                #expect(client.answer().status == 200)
                let end = client.rest().end
                return (ContinuousClock.now - start, end)
            }
            #expect(end == .closed)
            #expect(took >= .milliseconds(300))
        }
    }

    @Test("Connections beyond the limit get 503 and are counted; when one leaves, the next is served")
    func connections() async throws {
        try await TestHosting.serving(Self.routes, limits: .patient(connections: 4)) {
            (test: TestHosting) async throws -> Void in
            let held = try await blocking { try (0..<4).map { _ in try test.connect() } }
            #expect(await eventually { test.hosting.connectionCount == 4 })
            let refused = try await test.askAll([])
            #expect(refused.status == 503 && refused.end == .closed)
            #expect(refused.header("retry-after") == "1")
            #expect(refused.body == #"{"message":"too many connections."}"#)
            #expect(test.rejected("too_many_connections") == 1)
            let crowded = try await blocking {
                try held[0].send(test.request("GET", "/"))
                return held[0].rest()
            }
            #expect(crowded.status == 200 && crowded.header("connection") == "close" && crowded.end == .closed)
            #expect(await eventually { test.hosting.connectionCount == 3 })
            #expect(try await test.ask(test.request("GET", "/")).status == 200)
        }
    }

    @Test("A flood on one service does not starve another")
    func reserve() async throws {
        let hosts = ["flooded", "other"].map {
            ServiceHost(
                service: TestService(name: $0, routes: Self.routes), addresses: [.tcp(host: "127.0.0.1", port: 0)])
        }
        try await TestHosting.serving(hosts, limits: .patient(connections: 16)) {
            (test: TestHosting) async throws -> Void in
            let held = try await blocking { try (0..<20).map { _ in try test.connect() } }
            #expect(await eventually { test.rejected("too_many_connections", service: "flooded") == 4 })
            guard case .tcp(_, let port) = test.hosting.boundAddresses[1].address else { return }
            let answer = try await blocking {
                let client = try RawClient(port: port)
                try client.send("GET / HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
                return client.answer()
            }
            #expect(answer.status == 200)
            #expect(held.count == 20)
        }
    }

    @Test("A client that takes nothing of a large answer is let go")
    func slowReader() async throws {
        let routes = [Route(.get, "/large") { _ in .init(body: .bytes([UInt8](repeating: 120, count: 30_000_000))) }]
        let limits = LimitSettings.patient(bodyTimeout: .milliseconds(200))
        try await TestHosting.serving(routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let client = try test.connect()
            try client.send(test.request("GET", "/large"))
            let record = try #require(await test.records(1).first)
            #expect(record.status == 200)
            #expect(record.error?.contains("took nothing") == true)
            #expect(await eventually { test.hosting.connectionCount == 0 })
            withExtendedLifetime(client) {}
        }
    }
}
