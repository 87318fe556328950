import Foundation
import Synchronization

extension TestServer {
    /// Answers by path; false to close the connection.
    func answer(_ request: TestRequest, _ fd: Int32) -> Bool {
        let parts = request.path.split(separator: "/").map(String.init)
        switch parts.first ?? "" {
        case "hello": return reply(fd, body: Array("hello".utf8), to: request)
        case "echo": return reply(fd, body: Array(request.head.utf8) + request.body, to: request)
        case "status": return reply(fd, status: Int(parts[1]) ?? 500, to: request)
        case "size": return reply(fd, body: [UInt8](repeating: 120, count: Int(parts[1]) ?? 0), to: request)
        case "redirect":
            return reply(
                fd, status: 302, headers: ["Location: /\(parts.dropFirst().joined(separator: "/"))"], to: request)
        case "loop": return reply(fd, status: 302, headers: ["Location: /loop"], to: request)
        case "ftp": return reply(fd, status: 302, headers: ["Location: ftp://127.0.0.1/x"], to: request)
        case "headers":
            return reply(fd, headers: ["X-Two:  a b ", "X-Two: c", "x-empty:", "X-Folded: one\r\n two"], to: request)
        case "close":
            reply(fd, headers: ["Connection: close"], to: request)
            return false
        case "interim":
            send(fd, Array("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".utf8))
            return reply(fd, body: Array("late".utf8), to: request)
        default: return misbehave(parts, fd)
        }
    }

    @discardableResult
    private func reply(
        _ fd: Int32, status: Int = 200, headers: [String] = [], body: [UInt8] = [], to request: TestRequest
    ) -> Bool {
        let lines = ["HTTP/1.1 \(status) Words", "Content-Length: \(body.count)"] + headers
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        return send(fd, Array(head.utf8) + (request.method == "HEAD" ? [] : body))
    }

    private func misbehave(_ parts: [String], _ fd: Int32) -> Bool {
        switch parts.first ?? "" {
        case "hang": hang(fd)
        case "hang-head":
            send(fd, Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".utf8))
            hang(fd)
        case "reset":
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        case "cut": send(fd, Array("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes!".utf8))
        case "cut-chunk": send(fd, Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".utf8))
        case "garbage": send(fd, Array("I am not HTTP\r\n\r\n".utf8))
        case "nothing": break
        case "long-head":
            send(fd, Array("HTTP/1.1 200 OK\r\n".utf8))
            let line = Array("X-Long: \(String(repeating: "y", count: 1000))\r\n".utf8)
            while send(fd, line) {}
        case "trickle":
            send(fd, Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
            for _ in 0..<(Int(parts[1]) ?? 0) {
                guard send(fd, Array("1\r\nt\r\n".utf8)) else { return false }
                usleep(UInt32(parts[2]) ?? 0)
            }
            return send(fd, Array("0\r\nX-Trailer: t\r\n\r\n".utf8))
        case "endless":
            send(fd, Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
            let chunk = Array("1000\r\n".utf8) + [UInt8](repeating: 101, count: 4096) + Array("\r\n".utf8)
            while send(fd, chunk) {}
        default: return false
        }
        return false
    }
}
