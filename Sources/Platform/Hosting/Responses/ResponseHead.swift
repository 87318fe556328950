import HTTPTypes
import NIOCore

/// Writes an answer's head as bytes. NIO's own encoder would want its header type and two more writes through the
/// pipeline for each answer.
struct ResponseHead {
    /// How long the body is.
    enum Framing {
        /// So many bytes.
        case length(Int)
        case chunked
        /// Until the connection closes.
        case untilClose
        /// The status allows no body.
        case none
    }

    let response: HostedResponse
    let framing: Framing
    let requestID: String?
    /// The Connection header, where one is needed.
    let connection: StaticString?
    /// The line `Date: …`.
    let dateLine: [UInt8]

    func write(into buffer: inout ByteBuffer) {
        if response.status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(response.status.code) \(response.status.reasonPhrase)\r\n")
        }
        // HTTPTypes lets no line break into a field: what a service puts into a header stays one header.
        for field in response.headers where !Self.isHostings(field.name) {
            buffer.writeString(field.name.rawName)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        switch framing {
        case .length(let count):
            buffer.writeStaticString("Content-Length: ")
            buffer.writeString(String(count))
            buffer.writeStaticString("\r\n")
        case .chunked: buffer.writeStaticString("Transfer-Encoding: chunked\r\n")
        case .untilClose, .none: break
        }
        buffer.writeBytes(dateLine)
        if let requestID {
            buffer.writeStaticString("X-Request-Id: ")
            buffer.writeString(requestID)
            buffer.writeStaticString("\r\n")
        }
        if let connection {
            buffer.writeStaticString("Connection: ")
            buffer.writeStaticString(connection)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("\r\n")
    }

    /// Headers that are Hosting's to write, whatever a service says.
    private static func isHostings(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding || name == .connection || name == .date
    }
}
