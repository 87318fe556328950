import Foundation
import Synchronization
import TestSupport
import Testing

/// An HTTP server on a free port of 127.0.0.1 that keeps what it is sent, and answers as it is told.
final class CallReceiver: Sendable {
    /// One request.
    struct Call: Sendable {
        let line: String
        /// By their names in lower case.
        let headers: [String: String]
        let body: String
    }

    private struct State {
        var calls: [Call] = []
        var answers: [(status: Int, body: String)] = []
    }

    let url: String
    private let listener: Int32
    private let state = Mutex(State())

    /// Answers the first calls so, those behind them as the last.
    init(_ answers: (status: Int, body: String)...) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 100) == 0
                    ? getsockname(listener, address, &length) : -1
            }
        }
        guard code == 0 else { throw POSIXError(.EADDRINUSE) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        state.withLock { $0.answers = answers }
        // The thread must not keep the receiver, whose end is what ends the thread.
        detachThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0, let receiver = self else { break }
                detachThread {
                    receiver.serve(connection)
                    close(connection)
                }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    var calls: [Call] { state.withLock { $0.calls } }

    /// One request of one connection.
    private func serve(_ connection: Int32) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let call = Self.call(bytes) {
                let answer = state.withLock { state in
                    state.calls.append(call)
                    return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
                }
                let text = """
                    HTTP/1.1 \(answer.status) Told\r\nContent-Length: \(answer.body.utf8.count)\r\n\
                    Connection: close\r\n\r\n\(answer.body)
                    """
                _ = Array(text.utf8).withUnsafeBytes {
                    send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                return
            }
            let count = recv(connection, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            bytes += chunk[..<count]
        }
    }

    /// The request, once it is whole.
    private static func call(_ bytes: [UInt8]) -> Call? {
        let parts = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")
        guard parts.count > 1 else { return nil }
        let lines = parts[0].components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let name = line.prefix { $0 != ":" }
            headers[name.lowercased()] = line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
        let body = parts.dropFirst().joined(separator: "\r\n\r\n")
        guard body.utf8.count >= Int(headers["content-length"] ?? "") ?? 0 else { return nil }
        return Call(line: lines[0], headers: headers, body: body)
    }
}
