import Foundation
package import JSON
import Synchronization

/// An endpoint on 127.0.0.1 that notes what is pushed to it and behaves as told.
package final class TestReceiver: Sendable {
    /// What a receiver does with a push.
    package enum Behaviour: Sendable, Equatable {
        case answer(Int)
        /// Takes it and never answers.
        case hang
        /// Breaks the connection off with a reset.
        case reset
        /// Sends a byte of its answer now and then, and never ends.
        case trickle
        /// Answers 200 after so long.
        case late(Duration)
        /// Answers 200 when the client has given up.
        case tooLate
        /// Bytes that are no HTTP.
        case garbage
    }

    package struct Push: Sendable {
        package let head: String
        package let body: [UInt8]
        /// When it came.
        package let time: ContinuousClock.Instant

        package var message: JSONObject? { (try? JSONValue(parsing: body))?.object?["message"]?.object }
        package var id: String { message?["messageId"]?.string ?? "" }
        package var data: String {
            String(decoding: message?["data"]?.string.flatMap(Base64.decode) ?? [], as: UTF8.self)
        }
    }

    private struct State {
        /// Nil while it is down.
        var listener: Int32?
        var pushes: [Push] = []
        var open: Set<Int32> = []
        var active = 0
        var mostActive = 0
    }

    package let port: UInt16
    /// Bound and never listening: it keeps the port while nobody listens there.
    private let holder: Int32
    private let behave: @Sendable (Push) -> Behaviour
    private let state = Mutex(State())

    package var url: String { "http://127.0.0.1:\(port)/push" }
    package var pushes: [Push] { state.withLock { $0.pushes } }
    /// The texts of the messages that came, in their order.
    package var data: [String] { pushes.map(\.data) }
    /// The most pushes that were here at once.
    package var mostActive: Int { state.withLock { $0.mostActive } }

    package init(_ behave: @escaping @Sendable (Push) -> Behaviour = { _ in .answer(200) }) throws {
        self.behave = behave
        holder = try Self.bound(to: 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let holder = holder
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(holder, $0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
        try resume()
    }

    private static func bound(to port: UInt16) throws -> Int32 {
        let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        guard call(bind, fd, port) == 0 else {
            close(fd)
            throw POSIXError(.EADDRINUSE)
        }
        return fd
    }

    private static func call(
        _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ fd: Int32, _ port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(fd, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Takes connections again.
    package func resume() throws {
        let listener = try Self.bound(to: port)
        guard listen(listener, 500) == 0 else { throw POSIXError(.EADDRINUSE) }
        state.withLock { $0.listener = listener }
        Thread { self.accept(listener) }.start()
    }

    /// Refuses connections from now on, and breaks off those that there are.
    package func pause() {
        state.withLock { state in
            // The thread that accepts closes it.
            if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
            state.listener = nil
            for fd in state.open { shutdown(fd, Int32(SHUT_RDWR)) }
        }
    }

    /// Ends for good.
    package func stop() {
        pause()
        close(holder)
    }

    /// Whether no connection is open, nor waits to be taken: what comes after this was sent after it.
    package func isIdle() -> Bool {
        // Connections are taken in their order: when this one was, so were those before it.
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        if Self.call(connect, probe, port) == 0 {
            shutdown(probe, Int32(SHUT_WR))
            var byte: UInt8 = 0
            while recv(probe, &byte, 1, 0) > 0 {}
        }
        return state.withLock { $0.open.isEmpty }
    }

    private func accept(_ listener: Int32) {
        while true {
            let fd = Glibc.accept(listener, nil, nil)
            if fd < 0, [EINTR, ECONNABORTED].contains(errno) { continue }
            guard fd >= 0 else { break }
            state.withLock { _ = $0.open.insert(fd) }
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
        var buffered: [UInt8] = []
        while let push = read(fd, &buffered) {
            state.withLock { state in
                state.pushes.append(push)
                state.active += 1
                state.mostActive = max(state.mostActive, state.active)
            }
            let behaviour = behave(push)
            // An answer is the push's end: the next may be here before this thread goes on.
            if case .answer = behaviour {
                state.withLock { $0.active -= 1 }
                guard answer(fd, behaviour) else { return }
            } else {
                let goesOn = answer(fd, behaviour)
                state.withLock { $0.active -= 1 }
                guard goesOn else { return }
            }
        }
    }

    /// A whole request; nil when the client is gone.
    private func read(_ fd: Int32, _ buffered: inout [UInt8]) -> Push? {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = buffered.firstRange(of: mark) {
                let head = String(decoding: buffered[..<end.lowerBound], as: UTF8.self)
                let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
                let length = line.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if buffered.count >= end.upperBound + length {
                    let body = Array(buffered[end.upperBound..<end.upperBound + length])
                    buffered.removeFirst(end.upperBound + length)
                    return Push(head: head, body: body, time: .now)
                }
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(fd, &chunk, chunk.count, 0)
            guard count > 0 else { return nil }
            buffered += chunk[..<count]
        }
    }

    /// False when the connection is not to be used again.
    private func answer(_ fd: Int32, _ behaviour: Behaviour) -> Bool {
        switch behaviour {
        case .answer(let status) where status < 200:
            send(fd, "HTTP/1.1 \(status) Interim\r\n\r\n")
            waitForEnd(fd)
            return false
        case .answer(204): return send(fd, "HTTP/1.1 204 No Content\r\n\r\n")
        case .answer(let status): return send(fd, "HTTP/1.1 \(status) Answer\r\nContent-Length: 2\r\n\r\nok")
        case .hang:
            waitForEnd(fd)
            return false
        case .reset:
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            return false
        case .trickle:
            for byte in "HTTP/1.1 200 Answer\r\n" + String(repeating: "X-More: and more\r\n", count: 1000) {
                guard send(fd, String(byte)) else { return false }
                usleep(20_000)
            }
            return false
        case .late(let time):
            usleep(UInt32(time / .microseconds(1)))
            return send(fd, "HTTP/1.1 200 Answer\r\nContent-Length: 2\r\n\r\nok")
        case .tooLate:
            waitForEnd(fd)
            return send(fd, "HTTP/1.1 200 Answer\r\nContent-Length: 2\r\n\r\nok")
        case .garbage:
            send(fd, "\0\u{1}\u{2} SSH-2.0-OpenSSH\r\n\r\n")
            return false
        }
    }

    /// Until the client hangs up.
    private func waitForEnd(_ fd: Int32) {
        var byte: UInt8 = 0
        while recv(fd, &byte, 1, 0) > 0 {}
    }

    @discardableResult
    private func send(_ fd: Int32, _ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } == bytes.count
    }
}
