import HTTPTypes
import Hosting
import MetricsTestKit
import RequestLog
import Settings
import Synchronization
import TestSupport
import Testing

/// Lets `good` in at once and `slow` after a while, knows `known` but lets it in nowhere, and refuses all else.
private struct DoorKeeper: RequestAuthorizing {
    let refusalCodes = ["bad", "unbound"]

    func decide(_ service: String, authorization: [String]) -> AccessAnswer {
        switch authorization {
        case ["good"]: .now(.allowed(principal: "ann@example.org"))
        case ["slow"]:
            .later {
                await Task.yield()
                return .allowed(principal: "late@example.org")
            }
        case ["slow and bad"]:
            .later {
                await Task.yield()
                return Self.refused
            }
        case ["known"]:
            .now(
                .refused(
                    AccessRefusal(
                        isForbidden: true, code: "unbound", reason: "bob lacks the role", principal: "bob@example.org"))
            )
        default: .now(Self.refused)
        }
    }

    private static let refused = AccessDecision.refused(
        AccessRefusal(isForbidden: false, code: "bad", reason: "the token is bad: secret reason"))
}

@Suite struct AccessTests {
    private static let routes = [
        Route(.get, "/") { request in .text("hello \(request.principal ?? "nobody")") },
        Route(.post, "/echo") { request in
            request.note(error: "noted")
            return .text("\(try await request.body().count) \(request.principal ?? "nobody")")
        },
        Route(.post, "/upload", body: .stream) { request in
            .text("\(try await request.body().count) \(request.principal ?? "nobody")")
        },
    ]

    private func serving(_ body: @escaping @Sendable (TestHosting) async throws -> Void) async throws {
        let host = ServiceHost(
            service: TestService(routes: Self.routes), addresses: [.tcp(host: "127.0.0.1", port: 0)],
            authentication: .required)
        try await TestHosting.serving([host], authorizer: DoorKeeper(), body)
    }

    private func refused(_ test: TestHosting, _ reason: String) -> Int64 {
        (try? test.metrics.expectCounter(
            "trivet_http_unauthorized_total", [("service", "test-service"), ("reason", reason)]
        ).totalValue) ?? -1
    }

    @Test("Who may call is named to the service and in the record", arguments: ["good", "slow"])
    func allowed(token: String) async throws {
        try await serving { test in
            let name = token == "good" ? "ann@example.org" : "late@example.org"
            let answer = try await test.ask(test.request("GET", "/", headers: ["Authorization: \(token)"]))
            #expect(answer.status == 200)
            #expect(answer.body == "hello \(name)")
            let posted = try await test.ask(
                test.request("POST", "/echo", headers: ["authorization: \(token)"], body: "12345"))
            #expect(posted.body == "5 \(name)")
            let records = await test.records(2)
            #expect(records.map(\.principal) == [name, name])
            #expect(records.last?.error == "noted")
        }
    }

    @Test("Who may not is told nothing but that, on every path and method; the record and the metric have the reason")
    func refusals() async throws {
        try await serving { test in
            let requests = [
                test.request("GET", "/"), test.request("HEAD", "/", headers: ["Authorization: x"]),
                test.request("GET", "/nothing/here"), test.request("DELETE", "/"), test.request("OPTIONS", "/"),
                test.request("OPTIONS", "*"), test.request("GET", "/%zz"), test.request("POST", "/echo", body: "{}"),
                test.request("GET", "/", headers: ["Authorization: good", "Authorization: good"]),
                test.request("GET", "/", headers: ["Authorization: slow and bad"]),
                "BREW / HTTP/1.1\r\nHost: 127.0.0.1:\(test.port)\r\nAuthorization: good\r\n\r\n",
            ]
            for request in requests {
                let answer = try await test.ask(request, toHead: request.hasPrefix("HEAD"))
                #expect(answer.status == 401, "\(request)")
                #expect(answer.header("www-authenticate") == "Bearer", "\(request)")
                if !request.hasPrefix("HEAD") {
                    #expect(answer.body == #"{"message":"authentication required."}"#, "\(request)")
                }
            }
            let records = await test.records(requests.count)
            #expect(records.allSatisfy { $0.error == "the token is bad: secret reason" && $0.principal == nil })
            #expect(refused(test, "bad") == Int64(requests.count))
            #expect(refused(test, "unbound") == 0)
        }
    }

    @Test("Who is known and may not gets 403, and the record names them")
    func forbidden() async throws {
        try await serving { test in
            let answer = try await test.ask(test.request("GET", "/", headers: ["Authorization: known"]))
            #expect(answer.status == 403)
            #expect(answer.header("www-authenticate") == nil)
            #expect(answer.body == #"{"message":"permission denied."}"#)
            let record = await test.records(1).first
            #expect(record?.error == "bob lacks the role")
            #expect(record?.principal == "bob@example.org")
            #expect(refused(test, "unbound") == 1)
        }
    }

    @Test("A refused request's small body is read past and its connection kept; a large one is not waited for")
    func bodies() async throws {
        try await serving { test in
            try await blocking {
                let client = try test.connect()
                try client.send(test.request("POST", "/echo", body: String(repeating: "x", count: 16_384)))
                let refused = client.answer()
                #expect(refused.status == 401)
                #expect(refused.header("connection") == nil)
                try client.send(test.request("POST", "/echo", headers: ["Authorization: good"], body: "x"))
                #expect(client.answer().body == "1 ann@example.org")
                for head in [
                    ["Content-Length: 1048576"], ["Transfer-Encoding: chunked"],
                    ["Content-Length: 5", "Expect: 100-continue"],
                ] {
                    let other = try test.connect()
                    try other.send(test.request("POST", "/echo", headers: head))
                    let early = other.answer()
                    #expect(early.status == 401, "\(head)")
                    #expect(early.header("connection") == "close", "\(head)")
                }
            }
        }
    }

    @Test("A streamed body reaches nobody before it is known who sends it", arguments: ["", "slow and "])
    func streamedBodies(delay: String) async throws {
        try await serving { test in
            try await blocking {
                let client = try test.connect()
                let refusedToken = "Authorization: \(delay)bad"
                let whole = String(repeating: "x", count: 16_384)
                try client.send(test.request("POST", "/upload", headers: [refusedToken], body: whole))
                let refused = client.answer()
                #expect(refused.status == 401)
                #expect(refused.header("connection") == nil)
                for (token, name) in [("good", "ann@example.org"), ("slow", "late@example.org")] {
                    try client.send(
                        test.request("POST", "/upload", headers: ["Authorization: \(token)"], body: "12345"))
                    #expect(client.answer().body == "5 \(name)")
                }
                for head in [
                    ["Content-Length: 1048576"], ["Transfer-Encoding: chunked"],
                    ["Content-Length: 5", "Expect: 100-continue"],
                ] {
                    let other = try test.connect()
                    try other.send(test.request("POST", "/upload", headers: head + [refusedToken]))
                    let early = other.answer()
                    #expect(early.status == 401, "\(head)")
                    #expect(early.header("connection") == "close", "\(head)")
                }
            }
        }
    }

    @Test("Requests that come behind each other on one connection are each asked who they are")
    func pipelined() async throws {
        try await serving { test in
            let tokens = ["good", "bad", "slow", "known", "slow and bad", "good"]
            let requests = tokens.map { test.request("GET", "/", headers: ["Authorization: \($0)"]) }.joined()
            let last = test.request("GET", "/", headers: ["Connection: close"])
            _ = try await test.askAll(Array((requests + last).utf8))
            #expect(await test.records(7).map(\.status) == [200, 401, 200, 403, 401, 200, 401])
        }
    }

    @Test("Where authentication is required, a foreign Host is no matter: a web page has no token")
    func foreignHost() async throws {
        try await serving { test in
            let answer = try await test.ask("GET / HTTP/1.1\r\nHost: hello.example.org\r\nAuthorization: good\r\n\r\n")
            #expect(answer.status == 200)
        }
    }
}
