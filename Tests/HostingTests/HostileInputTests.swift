import Glibc
import HTTPTypes
import Hosting
import MetricsTestKit
import RequestLog
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("Hostile input", .serialized) struct HostileInputTests {
    static let routes = [
        Route(.get, "/") { _ in .text("root") },
        Route(.post, "/echo") { request in .text(String(try await request.body().count)) },
    ]

    @Test("What is not HTTP gets 400 in the service's shape, is counted, and the connection closes")
    func garbage() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let host = "Host: 127.0.0.1:\(test.port)"
            let bad = [
                "garbage\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\n\(host)\r\nA\0B: c\r\n\r\n",
                "GET / HTTP/1.1\r\n\(host)\r\nA: b\0c\r\n\r\n", "GET / HTTP/1.1\r\n\(host)\r\n: empty\r\n\r\n",
                "GET / HTTP/1.1\r\n\(host)\r\nA : b\r\n\r\n", "GET / HTTP/1.1\r\n\(host)\r\n folded\r\n\r\n",
                "GET / HTTP/9.9\r\n\(host)\r\n\r\n",
                "get / HTTP/1.1\r\n\(host)\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}\u{FC}\u{3}\u{3}",
            ]
            for (index, text) in bad.enumerated() {
                let answer = try await test.askAll(Array(text.utf8))
                #expect(answer.end == .closed, "\(text)")
                #expect([400, 405, 505].contains(answer.status), "\(text)")
                #expect(answer.body.hasPrefix(#"{"message":""#), "\(text)")
                #expect(answer.header("connection") == "close", "\(text)")
                #expect(test.rejected("bad_request") == Int64(index + 1), "\(text)")
            }
            #expect(test.records.isEmpty)
            #expect(try await test.ask(test.request("GET", "/")).status == 200)
        }
    }

    @Test("A body with two lengths is refused with 400 and the connection closes, so that nothing is smuggled")
    func smuggling() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let smuggled = "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(test.port)\r\n\r\n"
            for headers in [
                ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5", "Content-Length: 5"],
                ["Content-Length: 5, 5"], ["Content-Length: +5"], ["Content-Length: -1"], ["Content-Length: 0x5"],
                ["Content-Length: 99999999999999999999999"], ["Content-Length: 5", "Transfer-Encoding: chunked"],
                ["Transfer-Encoding: chunked", "Content-Length: 5"], ["Transfer-Encoding: chunked, chunked"],
                ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], ["Transfer-Encoding: identity"],
                ["Transfer-Encoding: xchunked"], ["Transfer-Encoding: gzip, chunked"],
                ["Transfer-Encoding:\u{B}chunked"],
                ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], ["Content-Length: "],
            ] {
                let sent = test.request("POST", "/echo", headers: headers) + "0\r\n\r\n" + smuggled
                let answer = try await test.askAll(Array(sent.utf8))
                #expect(answer.end == .closed, "\(headers)")
                #expect(answer.statuses.count == 1, "\(headers)")
                #expect([400, 413, 501].contains(answer.status), "\(headers): \(answer.status ?? 0)")
            }
            let old = "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            #expect(try await test.askAll(Array(old.utf8)).status == 400)
        }
    }

    @Test("Chunked bodies: good ones are read; bad sizes, endless extensions and too much are refused")
    func chunks() async throws {
        try await TestHosting.serving(Self.routes, limits: .patient(body: 1_000)) {
            (test: TestHosting) async throws -> Void in
            let chunked = test.request("POST", "/echo", headers: ["Transfer-Encoding: chunked"])
            #expect(try await test.ask(chunked + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n").body == "5")
            for bad in [
                "zz\r\n", "-1\r\n", "3\r\nabcdef\r\n", "FFFFFFFFFFFFFFFFF\r\n", "3 \0\r\nabc\r\n", "3\nabc\n0\n\n",
            ] {
                let answer = try await test.askAll(Array((chunked + bad).utf8))
                #expect(answer.status == 400 || answer.status == 413, "\(bad)")
                #expect(answer.end == .closed, "\(bad)")
            }
            let large =
                String(repeating: "64\r\n" + String(repeating: "x", count: 100) + "\r\n", count: 11) + "0\r\n\r\n"
            let answer = try await test.askAll(Array((chunked + large).utf8))
            #expect(answer.status == 413)
            #expect(test.rejected("body_too_large") == 1)
            let extended = "1;" + String(repeating: "x", count: 200_000) + "\r\na\r\n0\r\n\r\n"
            #expect(try await test.askAll(Array((chunked + extended).utf8)).status == 413)
            let trailers = "0\r\n" + String(repeating: "A: b\r\n", count: 100_000) + "\r\n"
            #expect([400, 413].contains(try await test.askAll(Array((chunked + trailers).utf8)).status))
            #expect(await test.records(10).allSatisfy { $0.route == "/echo" })
        }
    }

    @Test("A body over the limit gets 413 before it is read, with and without Expect")
    func largeBodies() async throws {
        try await TestHosting.serving(Self.routes, limits: .patient(body: 1_000)) {
            (test: TestHosting) async throws -> Void in
            #expect(
                try await test.ask(test.request("POST", "/echo", body: String(repeating: "x", count: 1_000))).body
                    == "1000")
            let over = test.request("POST", "/echo", body: String(repeating: "x", count: 1_001))
            let answer = try await test.askAll(Array(over.utf8))
            #expect(answer.status == 413 && answer.end == .closed)
            let huge = test.request("POST", "/echo", headers: ["Content-Length: 1000000000000"])
            #expect(try await test.ask(huge).status == 413)
            let expecting = test.request("POST", "/echo", headers: ["Expect: 100-continue", "Content-Length: 1001"])
            #expect(try await test.ask(expecting).status == 413)
            // A client that first sends all and only then reads still gets its answer.
            let stubborn = try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/echo", headers: ["Content-Length: 4000000"]))
                for _ in 0..<40 where try !client.send([UInt8](repeating: 120, count: 100_000)) { break }
                return client.answer()
            }
            #expect(stubborn.status == 413)
            #expect(test.rejected("body_too_large") == 4)
            #expect(await test.records(5).filter { $0.status == 413 }.count == 4)
        }
    }

    @Test("Heads over the limit get 431: one giant header, many small ones, a giant target, white space without end")
    func largeHeads() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let many = (0..<5_000).map { "H\($0): x" }
            for sent in [
                test.request("GET", "/", headers: ["A: " + String(repeating: "x", count: 17_000)]),
                test.request("GET", "/", headers: many),
                test.request("GET", "/" + String(repeating: "a", count: 20_000)),
                test.request("GET", "/", headers: ["A:" + String(repeating: " ", count: 300_000)]),
                test.request("GET", "/", headers: ["A: " + String(repeating: "x", count: 10_000_000)]),
            ] {
                let answer = try await test.askAll(Array(sent.utf8))
                #expect(answer.status == 431)
            }
            #expect(test.rejected("header_too_large") == 5)
            let fits = test.request("GET", "/", headers: ["A: " + String(repeating: "x", count: 15_000)])
            #expect(try await test.ask(fits).status == 200)
        }
    }

    @Test("Host: one and only one on HTTP/1.1")
    func hosts() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            #expect(try await test.ask("GET / HTTP/1.1\r\n\r\n").status == 400)
            #expect(
                try await test.ask(test.request("GET", "/", headers: ["Host: localhost:\(test.port)"])).status == 400)
            #expect(await test.records(2).map(\.status) == [400, 400])
            #expect(test.rejected("bad_request") == 2)
        }
    }

    @Test(
        "On loopback without authentication a foreign Host is 421 and a foreign page 403, the service's own names are not"
    )
    func misdirected() async throws {
        let service = TestService(routes: Self.routes)
        let host = ServiceHost(
            service: service, addresses: [.tcp(host: "127.0.0.1", port: 0)], url: "https://hello.example.com:8443/x")
        try await TestHosting.serving([host]) { (test: TestHosting) async throws -> Void in
            for own in [
                "127.0.0.1:\(test.port)", "localhost:\(test.port)", "LocalHost:\(test.port)", "[::1]:\(test.port)",
                "test-service", "test-service:\(test.port)", "hello.example.com", "hello.example.com:8443",
            ] {
                #expect(try await test.ask("GET / HTTP/1.1\r\nHost: \(own)\r\n\r\n").status == 200, "\(own)")
            }
            for foreign in [
                "evil.example", "evil.example:\(test.port)", "127.0.0.1:1", "", "localhost.evil.example:\(test.port)",
            ] {
                #expect(try await test.ask("GET / HTTP/1.1\r\nHost: \(foreign)\r\n\r\n").status == 421, "\(foreign)")
            }
            #expect(test.rejected("misdirected") == 5)
            let page = test.request("GET", "/", headers: ["Sec-Fetch-Site: cross-site"])
            #expect(try await test.ask(page).status == 403)
            #expect(test.rejected("cross_site") == 1)
            #expect(try await test.ask(test.request("GET", "/", headers: ["Sec-Fetch-Site: none"])).status == 200)
        }
    }

    @Test("Without the check, and with a foreign Host, the service answers")
    func uncheckedHost() async throws {
        let host = ServiceHost(
            service: TestService(routes: Self.routes), addresses: [.tcp(host: "127.0.0.1", port: 0)],
            unauthenticatedHostCheck: false)
        try await TestHosting.serving([host]) { (test: TestHosting) async throws -> Void in
            #expect(try await test.ask("GET / HTTP/1.1\r\nHost: anything\r\n\r\n").status == 200)
        }
    }

    @Test("A host that asks for authentication lets nobody in when there is nobody to verify tokens")
    func authentication() async throws {
        let host = ServiceHost(
            service: TestService(routes: Self.routes), addresses: [.tcp(host: "127.0.0.1", port: 0)],
            authentication: .required)
        try await TestHosting.serving([host]) { (test: TestHosting) async throws -> Void in
            let answer = try await test.ask(test.request("GET", "/"))
            #expect(answer.status == 401)
            #expect(answer.header("www-authenticate") == "Bearer")
        }
    }

    @Test("A client that vanishes inside its body is recorded with 499, and the service never sees it")
    func vanishing() async throws {
        let asked = Counter()
        let routes = [
            Route(.post, "/store") { _ in
                asked.add(); return .text("stored")
            }
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            for resets in [false, true] {
                let client = try test.connect()
                try client.send(test.request("POST", "/store", headers: ["Content-Length: 100"]) + "half")
                // A reset takes with it what was not read yet.
                #expect(await eventually { test.activeRequests == 1 })
                if resets { client.resetOnClose() }
                client.close()
                #expect(await eventually { test.activeRequests == 0 })
            }
            let client = try test.connect()
            try client.send(test.request("POST", "/store", headers: ["Transfer-Encoding: chunked"]) + "4\r\nhalf\r\n")
            client.close()
            let records = await test.records(3)
            #expect(records.map(\.status) == [499, 499, 499])
            #expect(records.allSatisfy { $0.error?.contains("went away") == true })
            #expect(asked.value == 0)
        }
    }

    @Test("What a handler began is completed when the client has gone, and recorded with 499")
    func vanishingWhileHandled() async throws {
        let (finished, begun, gone) = (Counter(), OneShot<Void>(), OneShot<Void>())
        let routes = [
            Route(.post, "/store") { _ in
                begun.set(())
                await gone.wait()
                finished.add()
                return .text("stored")
            }
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            let client = try test.connect()
            try client.send(test.request("POST", "/store", body: "x"))
            await begun.wait()
            client.resetOnClose()
            client.close()
            #expect(await eventually { test.hosting.connectionCount == 0 })
            gone.set(())
            let record = try #require(await test.records(1).first)
            #expect(record.status == 499)
            #expect(finished.value == 1)
        }
    }

    @Test("A client that closes its side after the request still gets the answer")
    func halfClosed() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answer = try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/echo", body: "abc"))
                client.finish()
                return client.rest()
            }
            #expect(answer.status == 200 && answer.body == "3" && answer.end == .closed)
        }
    }

    @Test("A thousand connections that are opened and dropped leave no descriptor and no connection behind")
    func descriptors() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            try await blocking {
                for index in 0..<1_000 {
                    let client = try test.connect()
                    switch index % 4 {
                    case 0: break
                    case 1: try client.send("GET / HT")
                    case 2:
                        try client.send(test.request("GET", "/"))
                        client.resetOnClose()
                    default: try client.send("\u{1}\r\n\r\n")
                    }
                }
            }
            #expect(await eventually { test.hosting.connectionCount == 0 })
            #expect(await eventually { sockets(ofPort: test.port) == 1 }, "the listener")
            let meter = try test.metrics.expectMeter("trivet_http_connections", [("service", "test-service")])
            #expect(await eventually { meter.lastValue == 0 })
            #expect(try await test.ask(test.request("GET", "/")).status == 200)
        }
    }

    @Test("Random bytes behind a good beginning never stop the service")
    func randomBytes() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            var generator = SeededGenerator(state: 42)
            let beginnings = [
                "", "GET / HTTP/1.1\r\n", test.request("POST", "/echo", headers: ["Transfer-Encoding: chunked"]),
            ]
            for round in 0..<300 {
                let bytes = (0..<Int.random(in: 1...400, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                let sent = Array(beginnings[round % 3].utf8) + bytes
                try await blocking {
                    let client = try test.connect()
                    try client.send(sent)
                    client.finish()
                    let answer = client.rest()
                    #expect(answer.end == .closed || answer.end == .reset)
                }
            }
            #expect(try await test.ask(test.request("GET", "/")).status == 200)
        }
    }
}

/// A count that tasks share.
final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .sequentiallyConsistent) }
    func add() { count.add(1, ordering: .sequentiallyConsistent) }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 33)
    }
}
