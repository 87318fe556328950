import CLinux

/// Takes a `multipart/related` body apart as it comes: a state machine that is fed bytes and gives out what they are.
///
/// Clients write two dialects: lines that end with CRLF and a boundary in double quotes, and lines that end with LF
/// and a boundary in single quotes. The first line tells which.
struct MultipartReader {
    /// What was found.
    enum Event: Equatable {
        /// A part begins; its Content-Type, if it has one.
        case part(contentType: String?)
        /// Bytes of the part.
        case bytes([UInt8])
        /// The last part has ended.
        case end
    }

    /// Why a body is none.
    struct Failure: Error, Equatable {
        let message: String
    }

    private enum State {
        case firstBoundary
        case headers
        case content
        case ended
    }

    /// The largest head of a part.
    private static let headLimit = 16_384

    private let boundary: [UInt8]
    private var state = State.firstBoundary
    private var buffer: [UInt8] = []
    /// What stands before a boundary that ends a part: the line end of the dialect, and two hyphens.
    private var delimiter: [UInt8] = []

    init(boundary: String) { self.boundary = Array("--\(boundary)".utf8) }

    /// The boundary of a Content-Type; nil when it is no multipart.
    static func boundary(of contentType: String) -> String? {
        let parts = contentType.split(separator: ";")
        guard let type = parts.first, type.lowercased().hasPrefix("multipart/") else { return nil }
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].drop(while: { $0 == " " }).lowercased() == "boundary" else { continue }
            var value = pair[1].drop { $0 == " " }
            while value.last == " " { value.removeLast() }
            if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
                value = value.dropFirst().dropLast()
            }
            return (1...200).contains(value.utf8.count) ? String(value) : nil
        }
        return nil
    }

    /// Takes bytes and gives out what can be told by now.
    mutating func feed(_ bytes: [UInt8]) throws(Failure) -> [Event] {
        buffer += bytes
        var events: [Event] = []
        while let event = try step() {
            if case .bytes(let bytes) = event, bytes.isEmpty { continue } else { events.append(event) }
        }
        return events
    }

    /// One step; nil when more bytes are needed.
    private mutating func step() throws(Failure) -> Event? {
        switch state {
        case .firstBoundary: return try begin()
        case .headers: return try headers()
        case .content: return content()
        case .ended:
            // What stands behind the last boundary means nothing.
            buffer.removeAll()
            return nil
        }
    }

    private mutating func begin() throws(Failure) -> Event? {
        guard let lineEnd = buffer.firstIndex(of: 0x0A) else {
            guard buffer.count <= Self.headLimit else { throw Failure(message: "it does not begin with its boundary") }
            return nil
        }
        let isCRLF = lineEnd > 0 && buffer[lineEnd - 1] == 0x0D
        let line = buffer[..<(isCRLF ? lineEnd - 1 : lineEnd)]
        buffer.removeFirst(lineEnd + 1)
        // An empty line may stand before the first boundary.
        guard !line.isEmpty else { return .bytes([]) }
        guard line.elementsEqual(boundary) else { throw Failure(message: "it does not begin with its boundary") }
        delimiter = (isCRLF ? [0x0D, 0x0A] : [0x0A]) + boundary
        state = .headers
        return .bytes([])
    }

    private mutating func headers() throws(Failure) -> Event? {
        var contentType: String?
        var start = 0
        while let lineEnd = buffer[start...].firstIndex(of: 0x0A) {
            var line = buffer[start..<lineEnd]
            if line.last == 0x0D { line.removeLast() }
            start = lineEnd + 1
            if line.isEmpty {
                buffer.removeFirst(start)
                state = .content
                return .part(contentType: contentType)
            }
            let pair = String(decoding: line, as: UTF8.self).split(separator: ":", maxSplits: 1)
            if pair.count == 2, pair[0].lowercased() == "content-type" {
                contentType = String(pair[1].drop { $0 == " " })
            }
        }
        guard buffer.count <= Self.headLimit else { throw Failure(message: "the head of a part is too large") }
        return nil
    }

    private mutating func content() -> Event? {
        guard let found = Self.find(delimiter, in: buffer) else {
            // The delimiter may have begun in the last bytes.
            let safe = buffer.count - delimiter.count - 1
            guard safe > 0 else { return nil }
            defer { buffer.removeFirst(safe) }
            return .bytes(Array(buffer[..<safe]))
        }
        // Two more bytes tell whether it is the last one.
        guard buffer.count >= found + delimiter.count + 2 else {
            guard found > 0 else { return nil }
            defer { buffer.removeFirst(found) }
            return .bytes(Array(buffer[..<found]))
        }
        if found > 0 {
            defer { buffer.removeFirst(found) }
            return .bytes(Array(buffer[..<found]))
        }
        let next = buffer[delimiter.count..<(delimiter.count + 2)]
        if next.elementsEqual("--".utf8) {
            state = .ended
            buffer.removeAll()
            return .end
        }
        guard next.first == 0x0A || next.elementsEqual([0x0D, 0x0A]) else {
            // Content that looks like a delimiter and goes on otherwise.
            defer { buffer.removeFirst(delimiter.count) }
            return .bytes(Array(buffer[..<delimiter.count]))
        }
        buffer.removeFirst(delimiter.count + (next.first == 0x0A ? 1 : 2))
        state = .headers
        return .bytes([])
    }

    private static func find(_ needle: [UInt8], in haystack: [UInt8]) -> Int? {
        haystack.withUnsafeBytes { haystack in
            needle.withUnsafeBytes { needle in
                guard let start = haystack.baseAddress, let wanted = needle.baseAddress,
                    let found = clinux_find(start, haystack.count, wanted, needle.count)
                else { return nil }
                return found - start
            }
        }
    }
}
