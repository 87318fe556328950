import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite("TransferStream", .serialized, .timeLimit(.minutes(20)))
struct TransferStreamTests {
    @Test("The head comes before the body is whole, and the pieces make the body")
    func pieces() async throws {
        try await withServer { server, client in
            let stream = try await client.stream(TransferRequest.patient(url: server.url + "/trickle/20/1000"))
            #expect(stream.status == 200)
            #expect(stream[header: "transfer-encoding"] == "chunked")
            var body: [UInt8] = []
            for try await piece in stream.body {
                #expect(!piece.isEmpty)
                body += piece
            }
            #expect(text(body) == String(repeating: "t", count: 20))
        }
    }

    @Test("The head comes even where no body does")
    func headOnly() async throws {
        try await withServer { server, client in
            let stream = try await client.stream(TransferRequest.patient(url: server.url + "/status/204"))
            #expect(stream.status == 204)
            for try await _ in stream.body { Issue.record("a piece of nothing") }
            let empty = TransferRequest.patient(url: server.url + "/nothing")
            #expect(await code { () throws(TransferError) in try await client.stream(empty) } == .connectionLost)
        }
    }

    @Test("A slow reader holds the server back, and loses nothing")
    func backpressure() async throws {
        let configuration = TransferConfiguration(streamBufferBytes: 64 * 1024)
        try await withServer(.tcp, configuration) { server, client in
            let size = 40_000_000
            let stream = try await client.stream(
                TransferRequest.patient(url: server.url + "/size/\(size)", maximumResponseBytes: .max))
            // The server stops when the sockets' buffers and ours are full, long before the end.
            var sent = -1
            while sent != server.bytesSent.load(ordering: .relaxed) {
                sent = server.bytesSent.load(ordering: .relaxed)
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(sent < size / 2)
            // Others go on meanwhile.
            let answer1 = try await client.execute(TransferRequest.patient(url: server.url + "/hello"))
            #expect(answer1.status == 200)
            var received = 0
            for try await piece in stream.body {
                #expect(piece.count <= 64 * 1024 + 16 * 1024)
                received += piece.count
            }
            #expect(received == size)
        }
    }

    @Test("Giving a stream up ends its transfer")
    func givenUp() async throws {
        try await withServer { server, client in
            do {
                let stream = try await client.stream(
                    TransferRequest.patient(url: server.url + "/endless", timeout: nil, maximumResponseBytes: .max))
                for try await piece in stream.body where !piece.isEmpty { break }
            }
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test("Cancelling the reader ends the transfer")
    func cancelledReader() async throws {
        try await withServer { server, client in
            let stream = try await client.stream(TransferRequest.patient(url: server.url + "/hang-head", timeout: nil))
            let started = Flag()
            let body = stream.body
            let reader = Task {
                await code { () throws(TransferError) in
                    for try await _ in body { started.raise() }
                }
            }
            #expect(await eventually { started.isRaised })
            reader.cancel()
            #expect(await reader.value == .cancelled)
            #expect(await eventually { server.openConnections == 0 })
        }
    }

    @Test("What breaks in the body is thrown to the reader, behind the pieces that came")
    func brokenBody() async throws {
        try await withServer { server, client in
            let cut = try await read(client.stream(TransferRequest.patient(url: server.url + "/cut")))
            #expect(cut.code == .connectionLost && cut.body == "ten bytes!")
            let hanging = try await read(streamOverSoon(client, server.url + "/hang-head"))
            #expect(hanging.code == .timedOut && hanging.body == "abc")
            let endless = TransferRequest.patient(url: server.url + "/endless", maximumResponseBytes: 1_000_000)
            let stream = try await client.stream(endless)
            let seen = await code { () throws(TransferError) in for try await _ in stream.body {} }
            #expect(seen == .tooLarge)
        }
    }

    /// Reads to the end, whichever it is.
    private func read(_ stream: TransferStream) async -> (code: TransferError.Code?, body: String) {
        var body: [UInt8] = []
        let seen = await code { () throws(TransferError) in
            for try await piece in stream.body { body += piece }
        }
        return (seen, text(body))
    }

    /// A stream whose time is over soon, and whose head has come all the same: on a busy machine not at the first try.
    private func streamOverSoon(_ client: TransferClient, _ url: String) async throws -> TransferStream {
        for timeout in [300, 3_000, 30_000] {
            let request = TransferRequest.patient(url: url, timeout: .milliseconds(timeout))
            if let stream = try? await client.stream(request) { return stream }
        }
        return try await client.stream(TransferRequest.patient(url: url))
    }

    @Test("Shutdown is thrown to the readers")
    func shutdown() async throws {
        let server = try TestServer()
        defer { server.stop() }
        let client = TransferClient()
        let stream = try await client.stream(
            TransferRequest.patient(url: server.url + "/endless", timeout: nil, maximumResponseBytes: .max))
        await client.shutdown()
        #expect(await code { () throws(TransferError) in for try await _ in stream.body {} } == .shutDown)
        #expect(client.openHandles == 0)
    }
}
