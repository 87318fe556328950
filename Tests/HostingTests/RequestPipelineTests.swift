import HTTPTypes
import Hosting
import JSON
import RequestLog
import Settings
import TestSupport
import Testing

@Suite("The request pipeline") struct RequestPipelineTests {
    static let routes = [
        Route(.get, "/") { _ in .text("root") },
        Route(.get, "/items/{name}") { request in .text(request.parameters["name"] ?? "none") },
        Route(.post, "/items/{name}:run") { request in .text("ran " + (request.parameters["name"] ?? "none")) },
        Route(.get, "/files/{rest+}") { request in .text(request.parameters["rest"] ?? "none") },
        Route(.get, "/query") { request in .text(request.query["q"] ?? "none") },
        Route(.post, "/echo") { request in .text(String(decoding: try await request.body(), as: UTF8.self)) },
        Route(.post, "/json") { request in .json(.object(try await request.jsonObject())) },
        Route(.get, "/broken") { _ in throw Broken() },
        Route(.get, "/id") { request in .text(request.requestID) },
        Route(.get, "/header") { request in
            .init(headers: [.server: request.query["v"] ?? ""], body: .bytes(Array("x".utf8)))
        },
    ]

    struct Broken: Error, CustomStringConvertible { let description = "the secret reason" }

    @Test("A route answers with length, date and request id, and leaves one record")
    func answers() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let start = ContinuousClock.now
            let answer = try await test.ask(test.request("GET", "/", headers: ["User-Agent: tests", "Referer: r"]))
            #expect(answer.status == 200)
            #expect(answer.body == "root")
            #expect(answer.header("content-length") == "4")
            #expect(answer.header("content-type") == "text/plain; charset=utf-8")
            #expect(answer.header("date")?.hasSuffix(" GMT") == true)
            let record = try #require(await test.records(1).first)
            #expect(record.requestID == answer.header("x-request-id"))
            #expect(record.status == 200)
            #expect(record.route == "/")
            #expect(record.url == "/")
            #expect(record.userAgent == "tests")
            #expect(record.referer == "r")
            #expect(record.remoteIP == "127.0.0.1")
            #expect(record.responseSize == 4)
            #expect(record.trace?.count == 32)
            #expect(record.error == nil)
            #expect(record.latency > .zero && record.latency < ContinuousClock.now - start)
        }
    }

    @Test("Parameters, verbs behind them and rests are taken from the decoded path")
    func parameters() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            #expect(try await test.ask(test.request("GET", "/items/a%20b%2Fc%C3%A9")).body == "a b/cé")
            #expect(try await test.ask(test.request("POST", "/items/job:run")).body == "ran job")
            #expect(try await test.ask(test.request("GET", "/items/job:run")).body == "job:run")
            #expect(try await test.ask(test.request("GET", "/files/a/b/c")).body == "a/b/c")
            #expect(try await test.ask(test.request("GET", "/query?x=1&q=a%26b+c")).body == "a&b c")
            #expect(try await test.ask(test.request("GET", "/%69d")).status == 200)
            let routes = await test.records(6).map(\.route)
            #expect(routes.contains("/items/{name}:run"))
        }
    }

    @Test("Unknown paths are 404, other methods 405 with Allow, OPTIONS tells the methods, HEAD works where GET does")
    func methods() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            for path in [
                "/nothing", "//", "/items/../id", "/./id", "/items//", "/items/", "/id/", "/items/%2e%2e", "/echo//",
            ] {
                let answer = try await test.ask(test.request("GET", path))
                #expect(answer.status == 404, "\(path)")
                #expect(answer.body == #"{"message":"there is nothing at this path."}"#)
            }
            let other = try await test.ask(test.request("DELETE", "/echo"))
            #expect(other.status == 405)
            #expect(other.header("allow") == "OPTIONS, POST")
            #expect(try await test.ask(test.request("POST", "/id", body: "")).header("allow") == "GET, HEAD, OPTIONS")
            #expect(try await test.ask(test.request("BREW", "/id")).status == 405)
            #expect(try await test.ask(test.request("BREW", "/tea")).status == 404)
            let options = try await test.ask(test.request("OPTIONS", "/echo"))
            #expect(options.status == 204)
            #expect(options.header("allow") == "OPTIONS, POST")
            #expect(options.header("content-length") == nil)
            #expect(try await test.ask(test.request("OPTIONS", "*")).status == 204)
            let head = try await blocking {
                let client = try test.connect()
                try client.send(test.request("HEAD", "/") + test.request("GET", "/id"))
                return client.read { Answer($0).text.contains("HTTP/1.1 200 OK", times: 2) }.bytes
            }
            #expect(Answer(head).header("content-length") == "4")
            #expect(!Answer(head).text.contains("root"))
            let records = await test.records(17)
            #expect(records.count == 17)
            #expect(records.filter { $0.status == 404 }.allSatisfy { $0.route == "_other" })
            #expect(records.contains { $0.method == "BREW" && $0.status == 405 && $0.route == "/id" })
        }
    }

    @Test("Bad percent-encoding and bad targets are 400, in the path and in the query")
    func badTargets() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            for target in ["/items/%", "/items/%4", "/items/%zz", "/items/%ff", "/query?q=%", "/query?q=%C3", "/a#b"] {
                let answer = try await test.ask(test.request("GET", target))
                #expect(answer.status == 400, "\(target)")
                #expect(answer.body.hasPrefix(#"{"message":""#))
            }
            #expect(try await test.ask(test.request("GET", "*")).status == 400)
            #expect(try await test.ask(test.request("GET", "/items/%00")).body == "\0")
        }
    }

    @Test("An absolute target is answered, and its authority is the Host that counts")
    func absoluteTargets() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let target = "http://localhost:\(test.port)/id?x"
            #expect(try await test.ask("GET \(target) HTTP/1.1\r\nHost: elsewhere\r\n\r\n").status == 200)
            #expect(try await test.ask(test.request("GET", "http://elsewhere/id")).status == 421)
            #expect(try await test.ask(test.request("GET", "http://localhost:\(test.port)")).body == "root")
            #expect(try await test.ask(test.request("GET", "ftp://localhost/id")).status == 400)
        }
    }

    @Test("A handler's error is a plain 500; the reason is in the record only")
    func handlerErrors() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answer = try await test.ask(test.request("GET", "/broken"))
            #expect(answer.status == 500)
            #expect(answer.body == #"{"message":"internal error"}"#)
            let record = try #require(await test.records(1).first)
            #expect(record.error == "the secret reason")
            #expect(record.severity == .error)
        }
    }

    @Test("An error that means something to the client is answered so, and recorded with its reason")
    func explained() async throws {
        let routes = [Route(.post, "/store") { _ in throw NoRoom() }]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            let answer = try await test.ask(test.request("POST", "/store", body: "{}"))
            #expect(answer.status == 507)
            #expect(answer.text.hasPrefix("HTTP/1.1 507 Insufficient Storage\r\n"))
            #expect(answer.body == #"{"message":"no room."}"#)
            let record = try #require(await test.records(1).first)
            #expect(record.status == 507)
            #expect(record.error == "NoRoom()")
        }
    }

    @Test("Request ids: a sane one is kept, another is replaced; the answer always carries it")
    func requestIDs() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let kept = try await test.ask(test.request("GET", "/id", headers: ["X-Request-Id: abc-123.Z"]))
            #expect(kept.header("x-request-id") == "abc-123.Z")
            #expect(kept.body == "abc-123.Z")
            for bad in ["a b", "<x>", String(repeating: "a", count: 129), "é"] {
                let made = try await test.ask(test.request("GET", "/id", headers: ["X-Request-Id: \(bad)"]))
                #expect(made.header("x-request-id")?.count == 32)
            }
            #expect(try await test.ask(test.request("GET", "/nothing")).header("x-request-id")?.count == 32)
        }
    }

    @Test("traceparent and X-Cloud-Trace-Context end up in the record")
    func traces() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let trace = "0af7651916cd43dd8448eb211c80319c"
            _ = try await test.ask(
                test.request("GET", "/id", headers: ["traceparent: 00-\(trace)-b7ad6b7169203331-01"]))
            _ = try await test.ask(test.request("GET", "/id", headers: ["X-Cloud-Trace-Context: \(trace)/255;o=1"]))
            _ = try await test.ask(test.request("GET", "/id", headers: ["traceparent: 00-\(trace)-zz-01"]))
            let records = await test.records(3)
            #expect(records[0].trace == trace && records[0].spanID == "b7ad6b7169203331")
            #expect(records[1].trace == trace && records[1].spanID == "00000000000000ff")
            #expect(records[2].trace != trace && records[2].spanID == nil)
        }
    }

    @Test("A header cannot be smuggled into the answer")
    func headerInjection() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answer = try await test.ask(test.request("GET", "/header?v=a%0d%0aSet-Cookie:%20b%0d%0a%0d%0abody"))
            #expect(answer.status == 200)
            #expect(answer.header("set-cookie") == nil)
            #expect(answer.body == "x")
        }
    }

    @Test("JSON bodies: content type, syntax and shape are checked")
    func jsonBodies() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let json = ["Content-Type: application/json; charset=utf-8"]
            #expect(try await test.ask(test.request("POST", "/json", body: "{}")).status == 415)
            #expect(
                try await test.ask(test.request("POST", "/json", headers: ["Content-Type: text/plain"], body: "{}"))
                    .status == 415)
            #expect(
                try await test.ask(test.request("POST", "/json", headers: json, body: #"{"b":1,"a":1.0}"#)).body
                    == #"{"a":1.0,"b":1}"#)
            let deep = String(repeating: "[", count: 1_000_000)
            for bad in ["", "{", "[]", "1", "{\"a\":1,\"a\":2}", deep, "{\"a\":99999999999999999999}", "\u{FEFF}{}"] {
                let answer = try await test.ask(test.request("POST", "/json", headers: json, body: bad))
                #expect(answer.status == 400, "\(bad.prefix(20))")
                #expect(answer.header("content-type") == "application/json")
            }
            let invalid =
                Array(test.request("POST", "/json", headers: json + ["Content-Length: 8"]).utf8) + [
                    0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D, 0x20,
                ]
            let answer = try await blocking {
                let client = try test.connect()
                try client.send(invalid)
                return client.answer()
            }
            #expect(answer.status == 400)
            #expect(answer.body.contains("not UTF-8"))
        }
    }

    @Test("Requests on one connection are answered in order, pipelined or not, with slow ones before quick ones")
    func pipelining() async throws {
        let routes = [
            Route(.get, "/slow") { _ in
                try await Task.sleep(for: .milliseconds(50))
                return .text("slow")
            },
            Route(.get, "/quick") { _ in .text("quick") },
            Route(.post, "/echo") { request in .text(String(decoding: try await request.body(), as: UTF8.self)) },
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            let sent =
                test.request("GET", "/slow") + test.request("GET", "/quick")
                + test.request("POST", "/echo", body: "echo!")
                + test.request("GET", "/quick", headers: ["Connection: close"])
            let answer = try await test.askAll(Array(sent.utf8))
            #expect(answer.end == .closed)
            #expect(answer.statuses == [200, 200, 200, 200])
            let positions = ["slow", "quick", "echo!"].map { answer.text.firstRange(of: "\r\n\r\n\($0)")?.lowerBound }
            #expect(positions[0] != nil && positions[1] != nil && positions[2] != nil)
            let many = String(repeating: test.request("GET", "/quick"), count: 5_000)
            let answers = try await blocking {
                let client = try test.connect()
                try client.send(many)
                return client.read() {
                    $0.count >= 5_000 * 150 && Answer($0).text.contains("quick", times: 5_000)
                }
            }
            #expect(answers.end == .enough)
        }
    }

    @Test("Pipelined garbage behind a good request is answered in its turn and closes the connection")
    func pipelinedGarbage() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answer = try await test.askAll(Array((test.request("GET", "/id") + "\u{1}\u{2}garbage\r\n\r\n").utf8))
            #expect(answer.statuses == [200, 400])
            #expect(answer.end == .closed)
            #expect(test.rejected("bad_request") == 1)
        }
    }

    @Test("HTTP/1.0 closes unless it asks to keep the connection, and needs no Host")
    func oldVersion() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answer = try await test.askAll(Array("GET /id HTTP/1.0\r\n\r\n".utf8))
            #expect(answer.status == 200)
            #expect(answer.end == .closed)
            let kept = try await test.ask("GET /id HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(kept.header("connection") == "keep-alive")
            #expect(await test.records(2).first?.protocol == "HTTP/1.0")
        }
    }

    @Test("A client that offers another protocol gets its answer in this one, and the connection closes")
    func upgrades() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"]
            let get = try await test.askAll(Array(test.request("GET", "/id", headers: upgrade).utf8))
            #expect(get.status == 200 && get.end == .closed && get.header("connection") == "close")
            let post = try await test.askAll(Array(test.request("POST", "/echo", headers: upgrade, body: "abc").utf8))
            #expect(post.status == 200 && post.body == "abc")
            let tunnel = try await test.askAll(Array(test.request("CONNECT", "127.0.0.1:22").utf8))
            #expect(tunnel.status == 400 && tunnel.end == .closed)
            let preface = try await test.askAll(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
            #expect([400, 505].contains(preface.status))
        }
    }

    @Test("Expect: 100-continue is answered before the body, another expectation is 417")
    func expectations() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let answers = try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/echo", headers: ["Expect: 100-continue", "Content-Length: 4"]))
                let interim = client.read { $0.count >= 25 }
                try client.send("body")
                return (Answer(interim.bytes), client.answer())
            }
            #expect(answers.0.text == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(answers.1.status == 200 && answers.1.body == "body")
            let refused = try await test.askAll(
                Array(test.request("POST", "/nothing", headers: ["Expect: 100-continue", "Content-Length: 4"]).utf8))
            #expect(refused.status == 404 && refused.end == .closed)
            #expect(try await test.ask(test.request("GET", "/id", headers: ["Expect: tea"])).status == 417)
        }
    }
}

extension String {
    func contains(_ text: String, times: Int) -> Bool { ranges(of: text).count >= times }
}
