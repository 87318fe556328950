import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

@Suite("TransferClient", .serialized, .timeLimit(.minutes(20)))
struct TransferClientTests {
    @Test("An answer comes whole: status, headers by any case, body")
    func wholeAnswer() async throws {
        try await withServer { server, client in
            let response = try await client.execute(TransferRequest.patient(url: server.url + "/hello"))
            #expect(response.status == 200)
            #expect(text(response.body) == "hello")
            #expect(response[header: "content-LENGTH"] == "5")
            #expect(response.timing.newConnections == 1)
            #expect(response.timing.total > .zero)
        }
    }

    @Test("Any status is an answer, with an empty body too", arguments: [204, 304, 400, 404, 500, 503])
    func statuses(status: Int) async throws {
        try await withServer { server, client in
            let response = try await client.execute(TransferRequest.patient(url: server.url + "/status/\(status)"))
            #expect(response.status == status)
            #expect(response.body.isEmpty)
        }
    }

    @Test("Headers keep their order and repetition and lose the space around them")
    func headers() async throws {
        try await withServer { server, client in
            let response = try await client.execute(TransferRequest.patient(url: server.url + "/headers"))
            let shown = response.headers.dropFirst().map { "\($0.name)=\($0.value)" }
            #expect(shown == ["X-Two=a b", "X-Two=c", "x-empty=", "X-Folded=one two"])
        }
    }

    @Test("A request goes out as it is written: method, path with dots, headers, any bytes")
    func asWritten() async throws {
        try await withServer { server, client in
            let body: [UInt8] = Array(0...255) + [0, 13, 10, 0]
            let response = try await client.execute(
                TransferRequest.patient(
                    method: "PATCH", url: server.url + "/echo/../a/./b?q=%20#fragment",
                    headers: [TransferHeader("X-Empty", ""), TransferHeader("X-Text", "grüße")], body: body))
            // The path is not normalised on our side, so the server sees /echo first.
            let seen = text(response.body)
            #expect(seen.hasPrefix("PATCH /echo/../a/./b?q=%20 HTTP/1.1\r\n"))
            #expect(seen.contains("\r\nX-Empty:\r\n"))
            #expect(seen.contains("\r\nX-Text: grüße\r\n"))
            #expect(seen.contains("\r\nContent-Length: \(body.count)\r\n"))
            #expect(!seen.contains("Content-Type"))
            #expect(!seen.contains("Expect"))
            #expect(Array(response.body.suffix(body.count)) == body)
        }
    }

    @Test("Each method is sent with the length that it needs", arguments: ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
    func methods(method: String) async throws {
        try await withServer { server, client in
            let empty = try await client.execute(TransferRequest.patient(method: method, url: server.url + "/echo"))
            #expect(text(empty.body).hasPrefix("\(method) /echo HTTP/1.1\r\n"))
            #expect(text(empty.body).contains("Content-Length: 0\r\n") == ["POST", "PUT"].contains(method))
            let full = try await client.execute(
                TransferRequest.patient(method: method, url: server.url + "/echo", body: Array("data".utf8)))
            #expect(text(full.body).hasPrefix("\(method) /echo HTTP/1.1\r\n"))
            #expect(text(full.body).hasSuffix("Content-Length: 4\r\n\r\ndata"))
        }
    }

    @Test("HEAD takes the head alone, whatever length it tells")
    func head() async throws {
        try await withServer { server, client in
            let response = try await client.execute(
                TransferRequest.patient(method: "HEAD", url: server.url + "/size/1000000", maximumResponseBytes: 10))
            #expect(response.status == 200)
            #expect(response[header: "Content-Length"] == "1000000")
            #expect(response.body.isEmpty)
        }
    }

    @Test("Interim answers are passed over")
    func interim() async throws {
        try await withServer { server, client in
            let response = try await client.execute(TransferRequest.patient(url: server.url + "/interim"))
            #expect(response.status == 200)
            #expect(response[header: "Link"] == nil)
            #expect(text(response.body) == "late")
        }
    }

    @Test("A body of megabytes goes out without asking first")
    func largeRequest() async throws {
        try await withServer { server, client in
            let body = [UInt8](repeating: 7, count: 3_000_000)
            let response = try await client.execute(
                TransferRequest.patient(method: "POST", url: server.url + "/echo", body: body))
            #expect(response.body.count > body.count)
            #expect(!text(Array(response.body.prefix(300))).contains("Expect"))
        }
    }

    @Test("A redirect is an answer, unless the request follows redirects")
    func redirects() async throws {
        try await withServer { server, client in
            let plain = try await client.execute(TransferRequest.patient(url: server.url + "/redirect/hello"))
            #expect(plain.status == 302)
            #expect(plain[header: "location"] == "/hello")
            let followed = try await client.execute(
                TransferRequest.patient(url: server.url + "/redirect/redirect/hello", followRedirects: true))
            #expect(followed.status == 200)
            #expect(text(followed.body) == "hello")
            #expect(followed[header: "location"] == nil)
            let loop = TransferRequest.patient(url: server.url + "/loop", followRedirects: true)
            #expect(await code { () throws(TransferError) in try await client.execute(loop) } == .tooManyRedirects)
            let away = TransferRequest.patient(url: server.url + "/ftp", followRedirects: true)
            #expect(await code { () throws(TransferError) in try await client.execute(away) } == .protocolError)
        }
    }

    @Test("Requests one after the other share one connection, unless told not to")
    func reuse() async throws {
        try await withServer { server, client in
            for _ in 0..<20 { _ = try await client.execute(TransferRequest.patient(url: server.url + "/hello")) }
            #expect(server.connections.load(ordering: .relaxed) == 1)
            let fresh = TransferRequest.patient(url: server.url + "/hello", reuseConnection: false)
            let answer1 = try await client.execute(fresh)
            #expect(answer1.timing.newConnections == 1)
            #expect(server.connections.load(ordering: .relaxed) == 2)
        }
    }

    @Test("A connection that the server closes is replaced")
    func closed() async throws {
        try await withServer { server, client in
            for _ in 0..<3 { _ = try await client.execute(TransferRequest.patient(url: server.url + "/close")) }
            #expect(server.connections.load(ordering: .relaxed) == 3)
        }
    }

    @Test("It speaks over a unix socket, with the URL's host in the head")
    func unixSocket() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("a.sock").path
        try await withServer(.unix(path)) { server, client in
            let request = TransferRequest.patient(url: "http://trivet/echo", unixSocketPath: path)
            for _ in 0..<3 {
                let response = try await client.execute(request)
                #expect(text(response.body).contains("\r\nHost: trivet\r\n"))
            }
            #expect(server.connections.load(ordering: .relaxed) == 1)
            let missing = TransferRequest.patient(url: "http://trivet/", unixSocketPath: path + "x")
            #expect(await code { () throws(TransferError) in try await client.execute(missing) } == .couldNotConnect)
        }
    }

    @Test("connectTo leads a name to an address and keeps the name")
    func connectTo() async throws {
        try await withServer { server, client in
            let response = try await client.execute(
                TransferRequest.patient(
                    url: "http://nowhere.invalid/echo",
                    connectTo: ["nowhere.invalid:80": .init(host: "127.0.0.1", port: server.port)]))
            #expect(text(response.body).contains("\r\nHost: nowhere.invalid\r\n"))
        }
    }

    @Test("The environment's proxy is passed by, unless the request wants it")
    func proxy() async {
        // In a process of its own: while one thread changes the environment, no other may read it, as to start a child.
        await #expect(processExitsWith: .success) {
            setenv("http_proxy", "http://127.0.0.1:1", 1)
            try await withServer { server, client in
                let direct = try await client.execute(TransferRequest.patient(url: server.url + "/hello"))
                #expect(direct.status == 200)
                let proxied = TransferRequest.patient(url: server.url + "/hello", useProxy: true)
                #expect(
                    await code { () throws(TransferError) in try await client.execute(proxied) } == .couldNotConnect)
            }
        }
    }
}
