import Foundation
import Synchronization
import Testing

@testable import Transfer

private let openssl = "/usr/bin/openssl"

@Suite(
    "TransferClient and TLS", .serialized, .timeLimit(.minutes(2)),
    .enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
struct TransferTLSTests {
    @Test("A certificate is verified: by whom it is signed, and whose it is")
    func verification() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.path + "/cert.pem", folder.path + "/key.pem")
        let making = try run(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
                + ["-subj", "/CN=trivet.test", "-addext", "subjectAltName=DNS:trivet.test"]
                + ["-keyout", key, "-out", certificate])
        making.waitUntilExit()
        // A port that was free a moment ago; s_server cannot tell which one it took.
        let probe = try TestServer()
        let port = probe.port
        probe.stop()
        #expect(await eventually { probe.openConnections == 0 })
        let server = try run(
            ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www", "-quiet"])
        defer { server.terminate() }

        let client = TransferClient()
        func request(_ name: String, ca: String?) -> TransferRequest {
            TransferRequest(
                url: "https://\(name):\(port)/",
                connectTo: ["\(name):\(port)": .init(host: "127.0.0.1", port: port)], caCertificatesFile: ca)
        }
        var response: TransferResponse?
        let deadline = ContinuousClock.now + .seconds(60)
        while response == nil, ContinuousClock.now < deadline {
            response = try? await client.execute(request("trivet.test", ca: certificate))
        }
        #expect(response?.status == 200)
        for bad in [request("trivet.test", ca: nil), request("other.test", ca: certificate)]
            + [request("trivet.test", ca: folder.path + "/missing.pem")]
        {
            #expect(await code { () throws(TransferError) in try await client.execute(bad) } == .tls)
        }
        await client.shutdown()
    }

    @Test("A server that does not speak TLS is a TLS error")
    func plain() async throws {
        try await withServer { server, client in
            let request = TransferRequest(url: "https://127.0.0.1:\(server.port)/", timeout: .seconds(2))
            let seen = await code { () throws(TransferError) in try await client.execute(request) }
            #expect(seen == .tls || seen == .timedOut)
        }
    }

    private func run(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }
}
