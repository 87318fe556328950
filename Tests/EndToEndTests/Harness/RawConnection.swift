import Dispatch
import FoundationEssentials
import Glibc
import TestSupport

/// A bare TCP connection to loopback, for bytes that no HTTP client would send. Calls block, within `timeout`.
final class RawConnection {
    private let descriptor: Int32

    struct Failure: Error { let code: Int32 }

    /// Connects to `127.0.0.1:PORT`.
    init(_ address: String, timeout: Int = Int(patience / .seconds(1))) throws {
        let port = UInt16(address.split(separator: ":").last ?? "") ?? 0
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var wait = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(code: code)
        }
    }

    deinit { close(descriptor) }

    /// Sends what the peer still takes; a peer that has hung up is no error.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    /// Everything until the peer closes, or until the timeout.
    func readToEnd() -> [UInt8] {
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return all }
            all += buffer[..<count]
        }
    }

    /// All that comes after one exchange that ends with the connection's end.
    static func exchange(_ address: String, sending bytes: [UInt8]) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            detachThread {
                continuation.resume(
                    with: Result {
                        let connection = try RawConnection(address)
                        connection.send(bytes)
                        return connection.readToEnd()
                    })
            }
        }
    }

    /// The answer's status line's number after such an exchange.
    static func status(_ address: String, sending bytes: [UInt8]) async throws -> Int? {
        let answer = String(decoding: try await exchange(address, sending: bytes).prefix(16), as: UTF8.self)
        return answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }
}
