import Datastore
import Foundation
import Settings
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import Scheduling

@Suite("TransferJobCaller", .timeLimit(.minutes(20)))
struct TransferJobCallerTests {
    @Test("A job's call goes over HTTP with Cloud Scheduler's headers")
    func headers() async throws {
        let server = try OneAnswerServer("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let client = TransferClient()
        let caller = TransferJobCaller(client: client) { url in
            JobEndpoint(url: url.replacingOccurrences(of: "http://service.test", with: server.url))
        }
        let target = HTTPTarget(
            uri: "http://service.test/api/v1/purge", method: "POST",
            headers: [TransferHeader("X-Mine", "1"), TransferHeader("user-agent", "mine")],
            body: Array("{}".utf8))
        let call = JobCall(job: try job(), target: target, scheduledTime: instant("2026-11-22T10:01:00Z"))
        #expect(await caller.call(call) == .answered(status: 204, excerpt: ""))
        #expect(await caller.call(call) == .answered(status: 204, excerpt: ""))
        let seen = server.requests
        #expect(seen.count == 2)
        let request = try #require(seen.first)
        #expect(request.hasPrefix("POST /api/v1/purge HTTP/1.1\r\n"))
        for line in [
            "User-Agent: Google-Cloud-Scheduler", "X-CloudScheduler: true", "X-CloudScheduler-JobName: tick",
            "X-CloudScheduler-ScheduleTime: 2026-11-22T10:01:00Z", "X-Mine: 1", "Content-Length: 2",
            "Content-Type: application/octet-stream",
        ] { #expect(request.contains("\r\n\(line)\r\n"), "\(line)") }
        #expect(!request.contains("mine\r\n"))
        // A run goes out at most once, so no connection is used again.
        #expect(server.connections == 2)
        await client.shutdown()
    }

    /// Makes tokens that tell what was asked, for one account.
    private struct Tokens: JobTokenSource {
        func identityToken(for account: String, audience: String) async throws -> String {
            guard account == "a@b.c" else { throw SchedulingError(.notFound, "there is no account \(account)") }
            return "token-of-\(account)-for-\(audience)"
        }

        func advice(account: String?, url: String, job: String) -> String? { "mend \(job) of \(account ?? "nobody")" }
    }

    @Test("A job that names an account carries its ID token, for its URL or the audience that it names")
    func tokens() async throws {
        let server = try OneAnswerServer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        let client = TransferClient()
        let caller = TransferJobCaller(client: client, tokens: Tokens())
        let cases: [(OIDCToken?, String?, JobCallResult)] = [
            (nil, nil, .answered(status: 403, excerpt: "", advice: "mend tick of nobody")),
            (
                OIDCToken(serviceAccountEmail: "a@b.c"), "token-of-a@b.c-for-\(server.url)/x",
                .answered(status: 403, excerpt: "", advice: "mend tick of a@b.c")
            ),
            (
                OIDCToken(serviceAccountEmail: "a@b.c", audience: "me"), "token-of-a@b.c-for-me",
                .answered(status: 403, excerpt: "", advice: "mend tick of a@b.c")
            ),
            (
                OIDCToken(serviceAccountEmail: "x@y.z"), nil,
                .failed("no ID token of x@y.z: there is no account x@y.z")
            ),
        ]
        for (token, header, result) in cases {
            let target = HTTPTarget(uri: server.url + "/x", method: "GET", oidcToken: token)
            let before = server.requests.count
            let call = JobCall(job: try job(), target: target, scheduledTime: instant("2026-11-22T10:01:00Z"))
            #expect(await caller.call(call) == result)
            let seen = server.requests.dropFirst(before).first
            if let header { #expect(seen?.contains("\r\nAuthorization: Bearer \(header)\r\n") == true) }
            if header == nil { #expect(seen?.contains("Authorization") != true) }
        }
        await client.shutdown()
    }

    @Test("What cannot be a token to carry is refused")
    func badTokens() throws {
        for token in [
            OIDCToken(serviceAccountEmail: ""), OIDCToken(serviceAccountEmail: "nobody"),
            OIDCToken(serviceAccountEmail: "a@b\n.c"), OIDCToken(serviceAccountEmail: "a@b.c", audience: ""),
            OIDCToken(serviceAccountEmail: "a@b.c", audience: "a b"),
        ] {
            let target = HTTPTarget(uri: "http://x.org", method: "GET", oidcToken: token)
            #expect(throws: SchedulingError.self) { try target.validate() }
        }
        let both = HTTPTarget(
            uri: "http://x.org", method: "GET", headers: [TransferHeader("authorization", "Basic x")],
            oidcToken: OIDCToken(serviceAccountEmail: "a@b.c"))
        #expect(throws: SchedulingError.self) { try both.validate() }
    }

    @Test("The beginning of an answer is kept, as printable text of 512 bytes that ends with a whole character")
    func excerpt() async throws {
        #expect(TransferJobCaller.excerpt([]) == "")
        #expect(TransferJobCaller.excerpt([0xFF, 0x41, 0, 0x7F, 0xC2, 0x85]) == "\u{FFFD}A   ")
        for start in 0..<4 {
            let text = String(repeating: "a", count: start) + String(repeating: "€", count: 300)
            let excerpt = TransferJobCaller.excerpt(Array(text.utf8))
            #expect(text.hasPrefix(excerpt))
            #expect((510...512).contains(excerpt.utf8.count))
        }
        #expect(TransferJobCaller.excerpt([UInt8](repeating: 0xE2, count: 5000)).utf8.count <= 512)
        let body = "{\"message\":\"no\"}\r\n\u{7}" + String(repeating: "x", count: 1000)
        let server = try OneAnswerServer(
            "HTTP/1.1 500 No\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        defer { server.stop() }
        let client = TransferClient()
        let result = await call(client, server.url, deadline: patience)
        guard case .answered(500, let excerpt, nil) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(excerpt.hasPrefix("{\"message\":\"no\"}   xxx"))
        #expect(excerpt.utf8.count == 512)
        await client.shutdown()
    }

    @Test("No answer within the deadline, nobody there, and a shut client are failures with reasons")
    func failures() async throws {
        let server = try OneAnswerServer(nil)
        let client = TransferClient()
        for (url, deadline, reason) in [
            (server.url, Duration.milliseconds(100), "timed out"), ("http://127.0.0.1:1", patience, "onnect"),
        ] {
            guard case .failed(let message) = await call(client, url, deadline: deadline) else {
                Issue.record("answered")
                continue
            }
            #expect(message.contains(reason), "\(message)")
        }
        server.stop()
        await client.shutdown()
        guard case .failed = await call(client, "http://127.0.0.1:1", deadline: patience) else {
            Issue.record("answered")
            return
        }
    }

    @Test("The scheduler calls over HTTP by the system's clock")
    func scheduler() async throws {
        let server = try OneAnswerServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        defer { server.stop() }
        try await World.with("2026-11-22T10:00:30Z") { world in
            let client = TransferClient()
            let scheduler = Scheduler(
                datastore: world.datastore, transfer: client, resolve: { _ in JobEndpoint(url: server.url) },
                publisher: world.publisher, settings: .init(), metrics: world.registry, logger: world.logger)
            try await scheduler.create(job("0 0 1 1 *"))
            try await world.running(scheduler) {
                let run = try await scheduler.runNow("tick")
                #expect(run.outcome == .succeeded)
                #expect(run.status == 200)
                #expect(await eventually { scheduler.isAlive })
            }
            #expect(server.requests.count == 1)
            await client.shutdown()
        }
    }

    private func call(_ client: TransferClient, _ url: String, deadline: Duration) async -> JobCallResult {
        guard var job = try? job(), case .http(var target) = job.target else { return .failed("no job") }
        target.uri = url
        job.attemptDeadline = deadline
        return await TransferJobCaller(client: client).call(
            JobCall(job: job, target: target, scheduledTime: instant("2026-11-22T10:01:00Z")))
    }
}

/// A server on 127.0.0.1 that gives every request the same answer, or none.
final class OneAnswerServer: Sendable {
    private struct State {
        var requests: [String] = []
        var connections = 0
        var open: Set<Int32> = []
    }

    let url: String
    private let listener: Int32
    private let answer: String?
    private let state = Mutex(State())

    init(_ answer: String?) throws {
        self.answer = answer
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(fd, address, length) == 0 && listen(fd, 100) == 0 ? getsockname(fd, address, &length) : -1
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRINUSE) }
        listener = fd
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread { self.accept() }.start()
    }

    var requests: [String] { state.withLock { $0.requests } }
    var connections: Int { state.withLock { $0.connections } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        state.withLock { for fd in $0.open { shutdown(fd, Int32(SHUT_RDWR)) } }
    }

    private func accept() {
        while true {
            let fd = Glibc.accept(listener, nil, nil)
            guard fd >= 0 else { break }
            state.withLock {
                $0.connections += 1
                $0.open.insert(fd)
            }
            Thread {
                self.serve(fd)
                self.state.withLock {
                    $0.open.remove(fd)
                    close(fd)
                }
            }.start()
        }
        close(listener)
    }

    private func serve(_ fd: Int32) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(fd, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            state.withLock { $0.requests.append(String(decoding: buffer[..<count], as: UTF8.self)) }
            guard let answer else { continue }
            _ = Array(answer.utf8).withUnsafeBytes { send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }
}
