import Glibc
import HTTPTypes
import Hosting
import RequestLog
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("Streamed bodies", .serialized) struct StreamedBodyTests {
    /// What a handler saw of its body.
    final class Sight: Sendable {
        let bytes = Mutex(0)
        let parts = Mutex(0)
        let failure = Mutex<String?>(nil)
        let gate = Mutex(true)

        /// Reads the body to its end; waits while the gate is shut.
        func read(_ request: HostedRequest) async throws -> HostedResponse {
            let reader = request.bodyParts
            do {
                while true {
                    while !gate.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
                    guard let part = try await reader.next() else { break }
                    bytes.withLock { $0 += part.count }
                    parts.withLock { $0 += 1 }
                }
            } catch {
                failure.withLock { $0 = "\(error)" }
                throw error
            }
            return .text("\(bytes.withLock { $0 })")
        }

        var route: Route { Route(.post, "/upload", body: .stream) { request in try await self.read(request) } }
    }

    static let small = LimitSettings.patient(body: 1_024)

    @Test("A body of any size arrives in parts, by length and in chunks, and the connection is kept")
    func arrives() async throws {
        let sight = Sight()
        try await TestHosting.serving([sight.route], limits: Self.small) { (test: TestHosting) async throws -> Void in
            let size = 3_000_000
            try await blocking {
                let client = try test.connect()
                let body = [UInt8](repeating: 7, count: size)
                try client.send(test.request("POST", "/upload", headers: ["Content-Length: \(size)"]))
                try client.send(body)
                #expect(client.answer().body == "\(size)")
                try client.send(test.request("POST", "/upload", headers: ["Transfer-Encoding: chunked"]))
                for _ in 0..<30 { try client.send(Array("186a0\r\n".utf8) + body[..<100_000] + Array("\r\n".utf8)) }
                try client.send("0\r\n\r\n")
                #expect(client.answer().body == "\(2 * size)")
                try client.send(test.request("POST", "/upload", headers: ["Content-Length: 0"]))
                #expect(client.answer().body == "\(2 * size)")
                try client.send(test.request("POST", "/upload"))
                #expect(client.answer().body == "\(2 * size)")
            }
            #expect(sight.parts.withLock { $0 } > 10)
            #expect(await test.records(4).map(\.requestSize) == [size, size, 0, 0])
        }
    }

    @Test("The handler sees bytes before the body is whole")
    func early() async throws {
        let sight = Sight()
        try await TestHosting.serving([sight.route]) { (test: TestHosting) async throws -> Void in
            try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/upload", headers: ["Content-Length: 10"]) + "01234")
                #expect(Self.comesTrue { sight.bytes.withLock { $0 } == 5 })
                try client.send("56789")
                #expect(client.answer().body == "10")
            }
        }
    }

    @Test("A slow handler slows the client, is not the client's fault, and nothing is lost")
    func backpressure() async throws {
        let isServed = try await atSomePace { pace in
            let sight = Sight()
            sight.gate.withLock { $0 = false }
            let limits = LimitSettings.patient(body: 1_024, bodyTimeout: .seconds(2 * pace))
            return try await TestHosting.serving([sight.route], limits: limits) { test in
                try await blocking {
                    let size = 96 * 1_048_576
                    let client = try test.connect()
                    try client.send(test.request("POST", "/upload", headers: ["Content-Length: \(size)"]))
                    // The client is held up for longer than a client may pause.
                    let held = try Self.sendUntilHeld(client, size, for: .seconds(2 * pace + 1))
                    #expect(held < size / 2, "\(held) bytes were taken while nobody read them")
                    sight.gate.withLock { $0 = true }
                    try client.send([UInt8](repeating: 1, count: size - held))
                    return client.answer().body == "\(size)"
                }
            }
        }
        #expect(isServed)
    }

    @Test("A client that goes away in the middle fails the handler's reading and is recorded with 499")
    func vanishes() async throws {
        for reset in [false, true] {
            let sight = Sight()
            try await TestHosting.serving([sight.route]) { (test: TestHosting) async throws -> Void in
                try await blocking {
                    for ending in ["Content-Length: 10", "Transfer-Encoding: chunked"] {
                        let client = try test.connect()
                        if reset { client.resetOnClose() }
                        try client.send(test.request("POST", "/upload", headers: [ending]) + "5\r\n01")
                        #expect(Self.comesTrue { sight.bytes.withLock { $0 } > 0 })
                        client.close()
                        sight.bytes.withLock { $0 = 0 }
                    }
                }
                let records = await test.records(2)
                #expect(records.map(\.status) == [499, 499])
                #expect(records.allSatisfy { $0.error == "the client went away inside the body" })
                #expect(await eventually { sight.failure.withLock { $0 } == "the client went away inside the body" })
            }
        }
    }

    @Test("A client that pauses for too long gets 408, and the handler's reading fails")
    func pauses() async throws {
        let sight = Sight()
        let limits = LimitSettings.patient(bodyTimeout: .milliseconds(100))
        try await TestHosting.serving([sight.route], limits: limits) { (test: TestHosting) async throws -> Void in
            let sent = test.request("POST", "/upload", headers: ["Content-Length: 10"]) + "01234"
            let answer = try await test.askAll(Array(sent.utf8))
            #expect(answer.status == 408 && answer.end == .closed)
            #expect(await eventually { sight.failure.withLock { $0 } != nil })
            #expect(test.rejected("body_timeout") == 1)
            #expect(await test.records(1).map(\.status) == [408])
        }
    }

    @Test("100 Continue is sent when the handler wants the body, and never when it does not")
    func expectation() async throws {
        let sight = Sight()
        let refusing = Route(.post, "/refuse", body: .stream) { _ in throw HTTPProblem(.conflict, "no.") }
        try await TestHosting.serving([sight.route, refusing]) { (test: TestHosting) async throws -> Void in
            let headers = ["Content-Length: 5", "Expect: 100-continue"]
            try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/upload", headers: headers))
                #expect(client.answer(toHead: true).status == 100)
                try client.send("01234")
                #expect(client.answer().body == "5")
                // Some do not wait for it.
                try client.send(test.request("POST", "/upload", headers: headers) + "01234")
                #expect(client.read() { String(decoding: $0, as: UTF8.self).hasSuffix("10") }.end == .enough)
            }
            let refused = try await test.askAll(Array(test.request("POST", "/refuse", headers: headers).utf8))
            #expect(refused.statuses == [409] && refused.end == .closed)
            #expect(refused.header("connection") == "close")
        }
    }

    @Test("An answer before the body's end keeps the connection when the rest is small, and else closes it")
    func earlyAnswers() async throws {
        let sight = Sight()
        let refusing = Route(.post, "/refuse", body: .stream) { request in
            _ = try await request.bodyParts.next()
            throw HTTPProblem(.conflict, "no.")
        }
        let whole = Route(.post, "/whole", body: .stream) { request in
            .text(String(decoding: try await request.body(), as: UTF8.self))
        }
        let routes = [sight.route, refusing, whole]
        try await TestHosting.serving(routes, limits: Self.small) { (test: TestHosting) async throws -> Void in
            try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/refuse", headers: ["Content-Length: 900"]) + "begun")
                try client.send([UInt8](repeating: 1, count: 895))
                #expect(client.answer().status == 409)
                try client.send(test.request("POST", "/upload", body: "01234"))
                #expect(client.answer().body == "5")
                try client.send(test.request("POST", "/whole", body: "all of it"))
                #expect(client.answer().body == "all of it")
                try client.send(test.request("POST", "/refuse", headers: ["Content-Length: 9000000"]) + "begun")
                let answer = client.rest()
                #expect(answer.status == 409 && answer.header("connection") == "close" && answer.end == .closed)
            }
            let tooMuch = test.request("POST", "/whole", body: String(repeating: "x", count: 5_000))
            #expect(try await test.ask(tooMuch).status == 413)
            let records = await test.records(5)
            #expect(records.map(\.status) == [409, 200, 200, 409, 413])
            #expect(records.first?.error == "no.")
        }
    }

    @Test("Bad chunks and chunks that are mostly wrapping are refused in the middle of a body")
    func badChunks() async throws {
        let sight = Sight()
        try await TestHosting.serving([sight.route], limits: Self.small) { (test: TestHosting) async throws -> Void in
            let head = test.request("POST", "/upload", headers: ["Transfer-Encoding: chunked"])
            for rest in ["5\r\n01234\r\nzz\r\n", "5\r\n01234567\r\n", "-1\r\n\r\n"] {
                let answer = try await test.askAll(Array((head + rest).utf8))
                #expect(answer.status == 400 && answer.end == .closed, "\(rest)")
            }
            #expect(await eventually { sight.failure.withLock { $0 } != nil })
            let wrapping = String(repeating: "1;\(String(repeating: "x", count: 90))\r\na\r\n", count: 3_000)
            let answer = try await test.askAll(Array((head + wrapping).utf8))
            #expect(answer.status == 413 && answer.end == .closed)
        }
    }

    @Test("What follows a body is the next request, whether it is one or not")
    func pipelines() async throws {
        let sight = Sight()
        try await TestHosting.serving([sight.route], limits: Self.small) { (test: TestHosting) async throws -> Void in
            let one = test.request("POST", "/upload", body: String(repeating: "x", count: 2_000))
            let answer = try await test.askAll(
                Array((one + one + one + "more than the length\r\n\r\n").utf8))
            #expect(answer.statuses == [200, 200, 200, 400] && answer.end == .closed)
            #expect(answer.text.contains("6000"))
            let old = "POST /upload HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"
            #expect(try await test.askAll(Array(old.utf8)).body == "6003")
        }
    }

    @Test("A stop cuts an upload off that does not end, and its handler learns it")
    func stops() async throws {
        let sight = Sight()
        try await TestHosting.serving([sight.route], shutdownTimeout: .milliseconds(200)) {
            (test: TestHosting) async throws -> Void in
            let client = try test.connect()
            try client.send(test.request("POST", "/upload", headers: ["Content-Length: 10"]) + "01234")
            #expect(await eventually { sight.bytes.withLock { $0 } == 5 })
            await test.stop()
            #expect(await eventually { sight.failure.withLock { $0 } != nil })
            #expect(await test.records(1).map(\.status) == [499])
        }
    }

    @Test("A streamed answer with a length carries it, and closes the connection when it is another")
    func sized() async throws {
        func route(_ path: String, _ parts: [String]) -> Route {
            Route(.get, path) { _ in
                .init(
                    body: .sizedStream(6) { writer in
                        for part in parts { try await writer.write(Array(part.utf8)) }
                    })
            }
        }
        let routes = [
            route("/right", ["012", "345"]), route("/short", ["012"]), route("/long", ["012", "3456"]),
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            try await blocking {
                let client = try test.connect()
                for _ in 0..<2 {
                    try client.send(test.request("GET", "/right"))
                    let answer = client.answer()
                    #expect(answer.header("content-length") == "6" && answer.body == "012345")
                    #expect(answer.header("transfer-encoding") == nil)
                }
                try client.send(test.request("HEAD", "/right"))
                let head = client.answer(toHead: true)
                #expect(head.header("content-length") == "6" && head.body.isEmpty)
            }
            for path in ["/short", "/long"] {
                let answer = try await test.askAll(Array(test.request("GET", path).utf8))
                #expect(answer.body.utf8.count < 6 && answer.end != .timedOut, "\(path)")
            }
            #expect(await test.records(5).filter { $0.error != nil }.count == 2)
        }
    }

    /// Sends until the other side has taken nothing for a time, or all is sent; returns how much was sent.
    private static func sendUntilHeld(_ client: RawClient, _ size: Int, for time: Duration) throws -> Int {
        let part = [UInt8](repeating: 1, count: 65_536)
        var sent = 0
        while sent < size {
            var poller = pollfd(fd: client.descriptor, events: Int16(POLLOUT), revents: 0)
            guard poll(&poller, 1, CInt(time / .milliseconds(1))) > 0 else { return sent }
            let count = part.withUnsafeBytes {
                Glibc.send(
                    client.descriptor, $0.baseAddress, min($0.count, size - sent),
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            guard count > 0 else { continue }
            sent += count
        }
        return sent
    }

    /// Waits off the event loops.
    private static func comesTrue(_ condition: () -> Bool) -> Bool {
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            if condition() { return true }
            usleep(5_000)
        }
        return condition()
    }
}
