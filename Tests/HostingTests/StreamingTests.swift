import HTTPTypes
import Hosting
import RequestLog
import Settings
import Synchronization
import TestSupport
import Testing

@Suite("Streamed answers", .serialized) struct StreamingTests {
    struct Broken: Error {}

    @Test("A stream arrives in chunks and the connection is kept")
    func whole() async throws {
        let routes = [
            Route(.get, "/stream") { _ in
                .init(
                    body: .stream { writer in
                        for part in ["one ", "two ", "", "three"] {
                            try await writer.write(Array(part.utf8))
                            try await Task.sleep(for: .milliseconds(2))
                        }
                    })
            }
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            try await blocking {
                let client = try test.connect()
                for _ in 0..<3 {
                    try client.send(test.request("GET", "/stream"))
                    let answer = client.answer()
                    #expect(answer.header("transfer-encoding") == "chunked")
                    #expect(answer.body == "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n")
                }
                try client.send(test.request("HEAD", "/stream"))
                #expect(client.answer(toHead: true).body.isEmpty)
            }
            let records = await test.records(4)
            #expect(records.map(\.responseSize) == [13, 13, 13, 0])
            let old = try await test.askAll(Array("GET /stream HTTP/1.0\r\n\r\n".utf8))
            #expect(old.body == "one two three" && old.end == .closed && old.header("transfer-encoding") == nil)
        }
    }

    @Test("An error in the middle closes the connection without ending the body")
    func broken() async throws {
        let routes = [
            Route(.get, "/stream") { _ in
                .init(
                    body: .stream { writer in
                        try await writer.write(Array("begun".utf8))
                        throw Broken()
                    })
            }
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            let answer = try await test.askAll(Array(test.request("GET", "/stream").utf8))
            #expect(answer.status == 200)
            #expect(answer.body == "5\r\nbegun\r\n")
            #expect(answer.end == .closed)
            let old = try await test.askAll(Array("GET /stream HTTP/1.0\r\n\r\n".utf8))
            #expect(old.end == .reset)
            #expect(await test.records(2).allSatisfy { $0.error == "Broken()" })
        }
    }

    @Test("A slow client slows the writer, so that memory stays flat")
    func backpressure() async throws {
        let shared = Progress()
        let routes = [
            Route(.get, "/stream") { _ in
                .init(
                    body: .stream { writer in
                        let part = [UInt8](repeating: 120, count: 65_536)
                        for _ in 0..<1_000 {
                            try await writer.write(part)
                            shared.written.withLock { $0 += part.count }
                        }
                    })
            }
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            let client = try test.connect()
            try client.send(test.request("GET", "/stream"))
            await eventually {
                try? await Task.sleep(for: .milliseconds(100))
                let now = shared.written.withLock { $0 }
                return now > 0 && now == shared.settle(now)
            }
            #expect(shared.written.withLock { $0 } < 30_000_000)
            let total = try await blocking { client.read() { $0.count > 65_536_000 }.bytes.count }
            #expect(total > 65_536_000)
        }
    }

    final class Progress: Sendable {
        let written = Mutex(0)
        private let previous = Mutex(-1)
        func settle(_ now: Int) -> Int {
            previous.withLock { previous in
                defer { previous = now }
                return previous
            }
        }
    }

    @Test(
        "A stream that waits is cancelled when its client goes away, by closing or by a reset",
        arguments: [false, true])
    func cancelled(resets: Bool) async throws {
        let ended = Counter()
        let routes = [
            Route(.get, "/follow") { _ in
                .init(
                    body: .stream { writer in
                        try await writer.write(Array("first\n".utf8))
                        defer { ended.add() }
                        try await Task.sleep(for: .seconds(86_400))
                    })
            }
        ]
        try await TestHosting.serving(routes) { (test: TestHosting) async throws -> Void in
            try await blocking {
                let client = try test.connect()
                try client.send(test.request("GET", "/follow"))
                _ = client.read { Answer($0).text.contains("first") }
                if resets { client.resetOnClose() }
            }
            #expect(await eventually { ended.value == 1 })
            #expect(await test.records(1).first?.error?.contains("went away") == true)
        }
    }
}
