/// Reads the head of an answer from the lines that libcurl gives, one call a line; interim answers and followed
/// redirects start it anew.
struct HeadReader {
    /// The most bytes that a head may have in all: libcurl bounds a line only.
    static let maximumBytes = 256 * 1024

    private(set) var status = 0
    private(set) var headers: [TransferHeader] = []
    private var bytes = 0

    /// Takes a line; true when the head is whole, which the empty line says. Nil when it is too large.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Bool? {
        bytes += line.count
        guard bytes <= Self.maximumBytes else { return nil }
        let text = line.trimmingSpace()
        if text.isEmpty { return status >= 200 }
        if line.starts(with: "HTTP/".utf8) {
            self = HeadReader()
            bytes = line.count
            status = Self.status(of: text)
        } else if let first = line.first, first == 0x20 || first == 0x09, !headers.isEmpty {
            headers[headers.count - 1].value += " " + String(decoding: text, as: UTF8.self)
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: text[..<colon], as: UTF8.self)
            let value = UnsafeRawBufferPointer(rebasing: text[(colon + 1)...]).trimmingSpace()
            headers.append(TransferHeader(name, String(decoding: value, as: UTF8.self)))
        }
        return false
    }

    /// `HTTP/1.1 200 OK` -> 200.
    private static func status(of line: Slice<UnsafeRawBufferPointer>) -> Int {
        let code = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix { $0 != 0x20 }
        return Int(String(decoding: code, as: UTF8.self)) ?? 0
    }
}

extension UnsafeRawBufferPointer {
    func trimmingSpace() -> Slice<UnsafeRawBufferPointer> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        var slice = self[...]
        while let last = slice.last, isSpace(last) { slice.removeLast() }
        return slice.drop(while: isSpace)
    }
}
