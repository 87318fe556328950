import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite("TransferClient, when things go wrong", .serialized, .timeLimit(.minutes(20)))
struct TransferFailureTests {
    @Test(
        "What breaks has its own code",
        arguments: [
            ("/reset", TransferError.Code.connectionLost), ("/nothing", .connectionLost), ("/cut", .connectionLost),
            ("/cut-chunk", .connectionLost), ("/garbage", .protocolError), ("/long-head", .tooLarge),
        ])
    func broken(path: String, expected: TransferError.Code) async throws {
        try await withServer { server, client in
            let request = TransferRequest.patient(url: server.url + path)
            #expect(await code { () throws(TransferError) in try await client.execute(request) } == expected)
            // The client is none the worse for it.
            let answer1 = try await client.execute(TransferRequest.patient(url: server.url + "/hello"))
            #expect(answer1.status == 200)
        }
    }

    @Test("Nobody there, and names that do not resolve, are told apart")
    func unreachable() async throws {
        let server = try TestServer()
        let client = TransferClient()
        server.stop()
        _ = await eventually { server.openConnections == 0 }
        let refused = TransferRequest.patient(url: "http://127.0.0.1:1/")
        #expect(await code { () throws(TransferError) in try await client.execute(refused) } == .couldNotConnect)
        // No resolver asks anybody for a name that is too long to be one.
        let unknown = TransferRequest.patient(url: "http://\(String(repeating: "a", count: 64)).invalid/")
        #expect(await code { () throws(TransferError) in try await client.execute(unknown) } == .resolve)
        await client.shutdown()
    }

    @Test("An error names method and place, but neither password nor query")
    func message() async throws {
        let client = TransferClient()
        do {
            _ = try await client.execute(
                TransferRequest.patient(url: "http://user:secret@127.0.0.1:1/path?token=secret"))
            Issue.record("no error")
        } catch {
            #expect(error.message.hasPrefix("GET http://127.0.0.1:1/path: "))
            #expect(!error.message.contains("secret"))
        }
    }

    @Test("A server that hangs, before or in the body, or trickles, is left when the time is over")
    func timeouts() async throws {
        try await withServer { server, client in
            // None of them ends by itself.
            for path in ["/hang", "/hang-head", "/trickle/1000000/20000"] {
                let request = TransferRequest.patient(url: server.url + path, timeout: .milliseconds(150))
                #expect(await code { () throws(TransferError) in try await client.execute(request) } == .timedOut)
            }
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test("A limit on the answer holds with and without a length, to the byte")
    func tooLarge() async throws {
        try await withServer { server, client in
            func limited(_ path: String, _ limit: Int) -> TransferRequest {
                TransferRequest.patient(url: server.url + path, maximumResponseBytes: limit)
            }
            let answer2 = try await client.execute(limited("/size/1000", 1000))
            #expect(answer2.body.count == 1000)
            let answer3 = try await client.execute(limited("/trickle/50/0", 50))
            #expect(answer3.body.count == 50)
            let answer4 = try await client.execute(limited("/size/0", 0))
            #expect(answer4.body.isEmpty)
            for request in [limited("/size/1000", 999), limited("/trickle/50/0", 49), limited("/endless", 100_000)]
                + [limited("/size/1", 0), limited("/size/50000000", 16)]
            {
                #expect(await code { () throws(TransferError) in try await client.execute(request) } == .tooLarge)
            }
        }
    }

    @Test("Cancelling ends a transfer at once: before it begins, before the head, in the body")
    func cancel() async throws {
        try await withServer { server, client in
            for path in ["/hang", "/hang-head", "/endless"] {
                let before = server.requests.load(ordering: .relaxed)
                let request = TransferRequest.patient(url: server.url + path, timeout: nil, maximumResponseBytes: .max)
                let task = Task { await code { () throws(TransferError) in try await client.execute(request) } }
                #expect(await eventually { server.requests.load(ordering: .relaxed) > before })
                task.cancel()
                #expect(await task.value == .cancelled)
                #expect(await eventually { server.openConnections == 0 })
            }
            let request = TransferRequest.patient(url: server.url + "/hello")
            let task = Task {
                while !Task.isCancelled { await Task.yield() }
                return await code { () throws(TransferError) in try await client.execute(request) }
            }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test("Shutdown fails what is under way and all that comes later")
    func shutdown() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = TransferClient()
        let url = server.url
        let tasks = (0..<10).map { _ in
            Task {
                await code { () throws(TransferError) in
                    try await client.execute(TransferRequest.patient(url: url + "/hang"))
                }
            }
        }
        #expect(await eventually { server.requests.load(ordering: .relaxed) == 10 })
        await client.shutdown()
        for task in tasks { #expect(await task.value == .shutDown) }
        #expect(client.openHandles == 0)
        let late = TransferRequest.patient(url: url + "/hello")
        #expect(await code { () throws(TransferError) in try await client.execute(late) } == .shutDown)
        await client.shutdown()
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test("A client that nobody holds any more ends its thread and closes its connections")
    func dropped() async throws {
        let server = try TestServer()
        defer { server.stop() }
        do {
            let client = TransferClient()
            _ = try await client.execute(TransferRequest.patient(url: server.url + "/hello"))
            #expect(server.openConnections == 1)
        }
        #expect(await eventually { server.openConnections == 0 })
    }

    @Test("What could smuggle a header or mean another thing is refused and never sent")
    func injection() async throws {
        try await withServer { server, client in
            let url = server.url + "/hello"
            var requests = ["\r\n", "\n", "\r", "\0", " ", "\u{1}", "\u{7F}"].map {
                TransferRequest.patient(url: url + "?a\($0)X: y")
            }
            requests += ["a\r\nb", "a\nb", "a\rb", "a\0b"].map {
                TransferRequest.patient(url: url, headers: [TransferHeader("X-Value", $0)])
            }
            requests += ["", "X:", "X Y", "X\r\nY", "X\0", "Ä", "X\n"].map {
                TransferRequest.patient(url: url, headers: [TransferHeader($0, "v")])
            }
            requests += ["", "G ET", "GET\r\n", "GET\0", String(repeating: "A", count: 33)].map {
                TransferRequest.patient(method: $0, url: url)
            }
            requests += ["content-length", "Transfer-Encoding"].map {
                TransferRequest.patient(url: url, headers: [TransferHeader($0, "3")])
            }
            requests += ["", "127.0.0.1", "ftp://127.0.0.1/", "file:///etc/passwd", "httpx://a/", "//a/"].map {
                TransferRequest.patient(url: $0)
            }
            requests += ["", "a\0b", String(repeating: "s", count: 108)].map {
                TransferRequest.patient(url: url, unixSocketPath: $0)
            }
            requests += ["", "a", "a:", "a:b", "a b:80", "a:99999"].map {
                TransferRequest.patient(url: url, connectTo: [$0: .init(host: "127.0.0.1", port: server.port)])
            }
            requests.append(TransferRequest.patient(url: url, connectTo: ["a:80": .init(host: "", port: 1)]))
            requests.append(TransferRequest.patient(url: url, connectTo: ["a:80": .init(host: "b", port: 0)]))
            requests.append(TransferRequest.patient(method: "HEAD", url: url, body: [1]))
            requests.append(TransferRequest.patient(url: url, maximumResponseBytes: -1))
            requests.append(TransferRequest.patient(url: url, caCertificatesFile: "a\0"))
            for request in requests {
                let seen = await code { () throws(TransferError) in try await client.execute(request) }
                #expect(seen == .invalidRequest, "\(request)")
                let streamed = await code { () throws(TransferError) in try await client.stream(request) }
                #expect(streamed == .invalidRequest, "\(request)")
            }
            #expect(server.requests.load(ordering: .relaxed) == 0)
        }
    }

    @Test(
        "URLs that only look like one give an error", arguments: ["http://", "http://[", "https://:80/", "http://a:b/"])
    func oddURLs(url: String) async throws {
        let client = TransferClient()
        #expect(
            await code { () throws(TransferError) in try await client.execute(TransferRequest.patient(url: url)) }
                != nil)
        await client.shutdown()
    }
}
