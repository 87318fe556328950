import Foundation
import JSON
import TestSupport
import Testing
import Transfer

/// Garbage of every kind against the real daemon: the contract's answers, no crash, nothing stored, nothing leaked.
@Suite("Bad input gets its answer and leaves no trace")
struct BadInputTests {
    private static func request(_ head: String, body: [UInt8] = []) -> [UInt8] {
        Array(head.replacing("\n", with: "\r\n").utf8) + Array("\r\n\r\n".utf8) + body
    }

    private static func store(_ body: [UInt8], _ more: String = "") -> [UInt8] {
        request(
            "POST /api/v1/store HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/json\nContent-Length: \(body.count)\(more)",
            body: body)
    }

    private static func store(_ body: String) -> [UInt8] { store(Array(body.utf8)) }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        /// The statuses that are right; nil among them: the connection is closed without an answer.
        let statuses: [Int?]
        var testDescription: String { name }

        init(_ name: String, _ bytes: [UInt8], _ statuses: Int?...) {
            self.name = name
            self.bytes = bytes
            self.statuses = statuses
        }
    }

    static let cases: [Case] = [
        Case("no body", store(""), 400),
        Case("broken JSON", store("{\"name\":"), 400),
        Case("an array", store("[]"), 400),
        Case("a wrong type", store(#"{"name":1,"message":"x"}"#), 400),
        Case("a duplicate name", store(#"{"name":"a","name":"b","message":"x"}"#), 400),
        Case("bad UTF-8", store(Array(#"{"name":""#.utf8) + [0xFF, 0xFE] + Array(#"","message":"x"}"#.utf8)), 400),
        Case("half a surrogate pair", store(#"{"name":"\ud800","message":"x"}"#), 400),
        Case("a million-deep array", store(String(repeating: "[", count: 1_000_000)), 400),
        Case("a body beyond the limit", store(Array(repeating: 0x20, count: 1_048_577)), 413),
        Case(
            "a promised body beyond the limit",
            request(
                "POST /api/v1/store HTTP/1.1\nHost: localhost\nConnection: close\nContent-Type: application/json\nContent-Length: 99999999999"
            ),
            413),
        Case(
            "no content type",
            request(
                "POST /api/v1/store HTTP/1.1\nHost: localhost\nConnection: close\nContent-Length: 2",
                body: [0x7B, 0x7D]), 415),
        Case("an unknown path", request("GET /nothing HTTP/1.1\nHost: localhost\nConnection: close"), 404),
        Case("another method", request("DELETE /api/v1/store HTTP/1.1\nHost: localhost\nConnection: close"), 405),
        Case("an unknown method", request("BREW / HTTP/1.1\nHost: localhost\nConnection: close"), 400, 405, 501),
        Case("a bad percent encoding", request("GET /%zz HTTP/1.1\nHost: localhost\nConnection: close"), 400),
        Case("a foreign Host", request("GET / HTTP/1.1\nHost: evil.example\nConnection: close"), 421),
        Case("no Host", request("GET / HTTP/1.1\nConnection: close"), 400),
        Case(
            "headers beyond the limit",
            request("GET / HTTP/1.1\nHost: localhost\nX: " + String(repeating: "a", count: 70_000)), 431, 400, nil),
        Case(
            "two different lengths",
            request(
                "POST /api/v1/store HTTP/1.1\nHost: localhost\nContent-Length: 2\nContent-Length: 3",
                body: [0x7B, 0x7D, 0x7B]), 400),
        Case(
            "length and chunks",
            request(
                "POST /api/v1/store HTTP/1.1\nHost: localhost\nContent-Length: 5\nTransfer-Encoding: chunked",
                body: Array("0\r\n\r\n".utf8)), 400),
        Case(
            "a bad chunk",
            request(
                "POST /api/v1/store HTTP/1.1\nHost: localhost\nContent-Type: application/json\nTransfer-Encoding: chunked",
                body: Array("zz\r\n".utf8)), 400, nil),
        Case("NULs in the head", Array("GET / HTTP/1.1\r\nHost: \0\r\n\r\n".utf8), 400, 421, nil),
        Case("no HTTP at all", [0x16, 0x03, 0x01] + Array(repeating: 0xEE, count: 300), 400, nil),
        Case(
            "pipelined garbage", request("GET / HTTP/1.1\nHost: localhost") + Array("\u{1}\u{2}garbage\r\n\r\n".utf8),
            200),
    ]

    @Test("each kind of garbage", arguments: cases)
    func table(_ bad: Case) async throws {
        let daemon = try await SharedDaemon.daemon.value
        let address = try #require(daemon.addresses["message-board-service"])
        // A Host that names the port, as a client would.
        let port = try #require(address.split(separator: ":").last)
        let bytes = bad.bytes.replacing(Array("Host: localhost".utf8), with: Array("Host: localhost:\(port)".utf8))
        let status = try await RawConnection.status(address, sending: bytes)
        #expect(bad.statuses.contains(status), "answered \(status.map(String.init) ?? "nothing")")
        #expect(daemon.process.isRunning)
    }

    @Test("a thousand rounds of garbage and vanishing clients leak neither descriptors nor memory, and store nothing")
    func nothingLeaks() async throws {
        let daemon = try await TestDaemon.start()
        let address = try #require(daemon.addresses["message-board-service"])
        func round(_ number: Int) async throws {
            let bad = Self.cases[number % Self.cases.count]
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                detachThread {
                    continuation.resume(
                        with: Result {
                            let connection = try RawConnection(address)
                            // Mid-head, mid-body or whole; then the client vanishes.
                            connection.send(Array(bad.bytes.prefix((number * 7919) % (bad.bytes.count + 1))))
                        })
                }
            }
        }
        for number in 0..<200 { try await round(number) }
        let before = try resources(daemon)
        for number in 0..<1000 { try await round(number) }
        try await eventually("descriptors are back") { try resources(daemon).descriptors <= before.descriptors + 20 }
        let after = try resources(daemon)
        #expect(after.memory < before.memory + 48 * 1024 * 1024, "from \(before.memory) to \(after.memory) bytes")
        let kinds = try await daemon.trivetctl("datastore", "entities", "list", "Message", "--format", "ndjson")
        #expect(kinds.output.isEmpty, "nothing of it was stored")
        #expect(await daemon.stop() == .exited(0))
    }

    private func resources(_ daemon: TestDaemon) throws -> (descriptors: Int, memory: Int) {
        let process = "/proc/\(daemon.process.pid)"
        let pages = contents(of: process + "/statm").split(separator: " ").dropFirst().first.flatMap { Int($0) }
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: process + "/fd").count
        return (descriptors, (pages ?? 0) * 4096)
    }
}

/// One daemon for all cases of a table; it ends with the test run.
enum SharedDaemon {
    static let daemon = Task { try await TestDaemon.start() }
}
