import Glibc
import HTTPTypes
import Hosting
import Settings
import TestSupport
import Testing

@Suite("Limits that change while connections are open", .serialized) struct ReloadedLimitsTests {
    static let routes = [
        Route(.get, "/") { _ in .text("root") },
        Route(.post, "/echo") { request in .text(String(try await request.body().count)) },
    ]

    @Test("a connection's next request has the new limits, and none is closed for them")
    func body() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let statuses = try await blocking {
                let client = try test.connect()
                func ask(_ bytes: Int) throws -> Int? {
                    try client.send(test.request("POST", "/echo", body: String(repeating: "x", count: bytes)))
                    return client.answer().status
                }
                func apply(_ body: Int) {
                    test.hosting.apply(.patient(body: body), shutdownTimeout: patience)
                }
                let before = try ask(100)
                apply(50)
                let small = try ask(50)
                let other = try test.connect()
                try other.send(test.request("POST", "/echo", body: String(repeating: "x", count: 51)))
                let tooLarge = other.answer().status
                apply(150)
                let large = try ask(150)
                apply(50)
                return [before, small, tooLarge, large, try ask(51)]
            }
            #expect(statuses == [200, 200, 413, 200, 413])
        }
    }

    @Test("a shorter idle timeout holds from the next request on")
    func idle() async throws {
        try await TestHosting.serving(Self.routes) { (test: TestHosting) async throws -> Void in
            let end = try await blocking {
                let client = try test.connect()
                try client.send(test.request("GET", "/"))
                #expect(client.answer().status == 200)
                test.hosting.apply(.patient(idleTimeout: .milliseconds(100)), shutdownTimeout: patience)
                try client.send(test.request("GET", "/"))
                #expect(client.answer().status == 200)
                return client.rest().end
            }
            #expect(end == .closed)
        }
    }

    @Test("the number of connections and the size of heads count for new connections")
    func connections() async throws {
        let limits = LimitSettings.patient(connections: 4)
        try await TestHosting.serving(Self.routes, limits: limits) { (test: TestHosting) async throws -> Void in
            let statuses = try await blocking {
                let first = try test.connect()
                try first.send(test.request("GET", "/"))
                #expect(first.answer().status == 200)
                let others = try (0..<3).map { _ in try test.connect() }
                while test.hosting.connectionCount < 4 { usleep(1_000) }
                let refused = try test.connect().rest().status
                test.hosting.apply(.patient(header: 1_024, connections: 8), shutdownTimeout: patience)
                let next = try test.connect()
                let long = "X-Long: \(String(repeating: "x", count: 2_000))"
                try next.send(test.request("GET", "/", headers: [long]))
                let tooLarge = next.answer().status
                try first.send(test.request("GET", "/", headers: [long]))
                return withExtendedLifetime(others) { [refused, tooLarge, first.answer().status] }
            }
            #expect(statuses == [503, 431, 200])
        }
    }
}
