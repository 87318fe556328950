import Glibc
import Synchronization
import TestSupport

/// A client that sends whatever bytes a test wants, whenever it wants.
final class RawClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let descriptor: CInt
    private let isClosed = Atomic(false)

    /// Connects to a port of 127.0.0.1.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        try connect(&address, size: socklen_t(MemoryLayout<sockaddr_in>.size))
        var one: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
    }

    /// Connects to a unix socket.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        try connect(&address, size: socklen_t(MemoryLayout<sockaddr_un>.size))
    }

    private func connect<Address>(_ address: inout Address, size: socklen_t) throws {
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
        }
        guard result == 0 else { throw Failure(description: "connect: \(errno)") }
    }

    deinit { close() }

    /// Closes the connection, once.
    func close() {
        if !isClosed.exchange(true, ordering: .relaxed) { Glibc.close(descriptor) }
    }

    /// Sends text.
    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends bytes; false when the other side has closed.
    @discardableResult
    func send(_ bytes: [UInt8]) throws -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count < 0 { return false }
            sent += count
        }
        return true
    }

    /// Closes the sending side.
    func finish() { shutdown(descriptor, CInt(SHUT_WR)) }

    /// Makes the coming close a reset.
    func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Reads until a condition holds, the other side closes, or the time is up.
    func read(within time: Duration = patience, until isEnough: ([UInt8]) -> Bool = { _ in false }) -> (
        bytes: [UInt8], end: End
    ) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let deadline = ContinuousClock.now + time
        while !isEnough(received) {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return (received, .timedOut) }
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 20) > 0 else { continue }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count == 0 { return (received, .closed) }
            if count < 0 { return (received, .reset) }
            received.append(contentsOf: buffer[..<count])
        }
        return (received, .enough)
    }

    /// How reading ended.
    enum End { case enough, closed, reset, timedOut }

    /// Reads one answer with a Content-Length, or with none and no body.
    func answer(within time: Duration = patience, toHead: Bool = false) -> Answer {
        var answer = Answer([])
        let result = read(within: time) { bytes in
            answer = Answer(bytes)
            return answer.isWhole(toHead: toHead)
        }
        answer = Answer(result.bytes)
        answer.end = result.end
        return answer
    }

    /// Reads all that comes until the other side closes.
    func rest(within time: Duration = patience) -> Answer {
        let result = read(within: time)
        var answer = Answer(result.bytes)
        answer.end = result.end
        return answer
    }
}

/// An answer as it came.
struct Answer: Sendable {
    let bytes: [UInt8]
    var end = RawClient.End.enough

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    var status: Int? { text.split(separator: " ").dropFirst().first.flatMap { Int($0) } }
    /// The statuses of several answers, one after the other.
    var statuses: [Int] { text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) } }
    private var parts: (head: String, body: String?) {
        guard let range = text.firstRange(of: "\r\n\r\n") else { return (text, nil) }
        return (String(text[..<range.lowerBound]), String(text[range.upperBound...]))
    }
    var body: String { parts.body ?? "" }
    func header(_ name: String) -> String? {
        for line in parts.head.split(separator: "\r\n").dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2, pair[0].lowercased() == name.lowercased() {
                return String(pair[1].drop { $0 == " " })
            }
        }
        return nil
    }
    func isWhole(toHead: Bool) -> Bool {
        guard let body = parts.body else { return false }
        if toHead { return true }
        if let length = header("content-length").flatMap({ Int($0) }) { return body.utf8.count >= length }
        if header("transfer-encoding") == "chunked" { return body.hasSuffix("0\r\n\r\n") }
        return [204, 304, 100].contains(status)
    }
}
