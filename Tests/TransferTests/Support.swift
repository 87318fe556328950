import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Transfer

/// Runs a test with a server and a client and ends both; every easy handle must be gone then.
func withServer(
    _ place: TestServer.Place = .tcp, _ configuration: TransferConfiguration = TransferConfiguration(),
    _ body: (TestServer, TransferClient) async throws -> Void
) async throws {
    let server = try TestServer(place)
    defer { server.stop() }
    let client = TransferClient(configuration: configuration)
    try await body(server, client)
    #expect(await eventually { client.openHandles == 0 })
    await client.shutdown()
}

/// The code of the error that the body throws, nil when it throws none.
func code(_ body: () async throws(TransferError) -> some Any) async -> TransferError.Code? {
    do throws(TransferError) {
        _ = try await body()
        return nil
    } catch {
        return error.code
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// How many of this process's descriptors are connected to a port; others' tests open descriptors meanwhile.
func descriptors(connectedTo port: Int) -> Int {
    (0..<4096).count { fd in
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(Int32(fd), $0, &length) }
        }
        return code == 0 && address.sin_family == AF_INET && Int(UInt16(bigEndian: address.sin_port)) == port
    }
}

/// Something that has happened.
final class Flag: Sendable {
    private let raised = Atomic(false)

    var isRaised: Bool { raised.load(ordering: .acquiring) }

    func raise() { raised.store(true, ordering: .releasing) }
}
