import Foundation
import Synchronization

/// A small HTTP/1.1 server over plain blocking sockets, one thread a connection, that can also misbehave: see
/// `TestServer+Answers.swift` for its paths.
final class TestServer: Sendable {
    enum Place: Sendable {
        case tcp
        case unix(String)
    }

    let port: Int
    let connections = Atomic(0)
    let requests = Atomic(0)
    let bytesSent = Atomic(0)
    private let listener: Int32
    private let open = Mutex<Set<Int32>>([])

    init(_ place: Place = .tcp) throws {
        switch place {
        case .tcp:
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            try Self.bind(listener, &address)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let fd = listener
            withUnsafeMutablePointer(to: &address) { pointer in
                _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
            }
            port = Int(UInt16(bigEndian: address.sin_port))
        case .unix(let path):
            listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            try Self.bind(listener, &address)
            port = 0
        }
        guard listen(listener, 1024) == 0 else { throw POSIXError(.EADDRINUSE) }
        Thread { self.accept() }.start()
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// How many connections are open now.
    var openConnections: Int { open.withLock { $0.count } }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        open.withLock { for fd in $0 { shutdown(fd, Int32(SHUT_RDWR)) } }
    }

    /// Sends all; false when the other side has gone.
    @discardableResult
    func send(_ fd: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(fd, buffer.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
            bytesSent.add(count, ordering: .relaxed)
        }
        return true
    }

    /// Waits until the other side closes.
    func hang(_ fd: Int32) {
        var byte: UInt8 = 0
        while recv(fd, &byte, 1, 0) > 0 {}
    }

    private static func bind<Address>(_ fd: Int32, _ address: inout Address) throws {
        let size = socklen_t(MemoryLayout<Address>.size)
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(fd, $0, size) }
        }
        guard code == 0 else { throw POSIXError(.EADDRINUSE) }
    }

    private func accept() {
        while true {
            let fd = Glibc.accept(listener, nil, nil)
            guard fd >= 0 else { break }
            var on: Int32 = 1
            setsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            connections.add(1, ordering: .relaxed)
            open.withLock { _ = $0.insert(fd) }
            let thread = Thread {
                self.serve(fd)
                // Closed under the lock, so that `stop` never shuts down a descriptor that is another's by now.
                self.open.withLock {
                    $0.remove(fd)
                    close(fd)
                }
            }
            thread.stackSize = 256 * 1024
            thread.start()
        }
        close(listener)
    }

    private func serve(_ fd: Int32) {
        var buffer: [UInt8] = []
        while let request = TestRequest(readFrom: fd, buffer: &buffer) {
            requests.add(1, ordering: .relaxed)
            guard answer(request, fd) else { return }
        }
    }
}

/// A request as the server read it.
struct TestRequest {
    var method: String
    var path: String
    var head: String
    var body: [UInt8]

    /// Nil when the connection ends first.
    init?(readFrom fd: Int32, buffer: inout [UInt8]) {
        var headEnd: Int?
        while headEnd == nil {
            headEnd = buffer.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
            if headEnd == nil, !Self.more(fd, &buffer) { return nil }
        }
        let end = headEnd ?? 0
        head = String(decoding: buffer[..<end], as: UTF8.self)
        let words = head.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3 else { return nil }
        (method, path) = (words[0], words[1])
        let length =
            head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].trimmingCharacters(in: .whitespaces)) } ?? 0
        while buffer.count < end + length {
            if !Self.more(fd, &buffer) { return nil }
        }
        body = Array(buffer[end..<(end + length)])
        buffer.removeFirst(end + length)
    }

    private static func more(_ fd: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16384)
        let count = recv(fd, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer.append(contentsOf: chunk[..<count])
        return true
    }
}
