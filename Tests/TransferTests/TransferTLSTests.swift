import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

private let openssl = "/usr/bin/openssl"

@Suite(
    "TransferClient and TLS", .serialized, .timeLimit(.minutes(20)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
struct TransferTLSTests {
    @Test("A certificate is verified: by whom it is signed, and whose it is")
    func verification() async throws {
        let folder = try TestFolder()
        let (certificate, key) = (folder.file("cert.pem"), folder.file("key.pem"))
        let making = try await run(
            openssl,
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                + ["-subj", "/CN=trivet.test", "-addext", "subjectAltName=DNS:trivet.test"]
                + ["-keyout", key, "-out", certificate])
        try #require(making.status == 0, "\(making.errors)")
        let server = try ChildProcess(
            openssl, ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-www"],
            environment: [:], output: folder.file("output"), errors: folder.file("errors"))
        defer { server.send(SIGKILL) }
        var port = 0
        try await eventually("the server listens") {
            try #require(server.isRunning, "\(contents(of: folder.file("errors")))")
            let lines = contents(of: folder.file("output")).split(separator: "\n", omittingEmptySubsequences: false)
            // The last line may not be whole yet.
            let words = lines.dropLast().first { $0.hasPrefix("ACCEPT ") }
            port = words.flatMap { Int($0.split(separator: ":").last ?? "") } ?? 0
            return port > 0
        }

        let client = TransferClient()
        func request(_ name: String, ca: String?) -> TransferRequest {
            TransferRequest.patient(
                url: "https://\(name):\(port)/",
                connectTo: ["\(name):\(port)": .init(host: "127.0.0.1", port: port)], caCertificatesFile: ca)
        }
        #expect(try await client.execute(request("trivet.test", ca: certificate)).status == 200)
        for bad in [request("trivet.test", ca: nil), request("other.test", ca: certificate)]
            + [request("trivet.test", ca: folder.file("missing.pem"))]
        {
            #expect(await code { () throws(TransferError) in try await client.execute(bad) } == .tls)
        }
        await client.shutdown()
    }

    @Test("A server that does not speak TLS is a TLS error")
    func plain() async throws {
        try await withServer { server, client in
            let request = TransferRequest.patient(url: "https://127.0.0.1:\(server.port)/", timeout: .seconds(2))
            let seen = await code { () throws(TransferError) in try await client.execute(request) }
            #expect(seen == .tls || seen == .timedOut)
        }
    }
}
