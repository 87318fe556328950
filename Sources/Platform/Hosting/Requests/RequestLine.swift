/// Method and target of a request line, read without the parser.
struct RequestLine {
    let method: String
    let target: String

    /// Reads the first line, or nil when it is not `token SP target SP HTTP/1.x`.
    init?(_ bytes: some Collection<UInt8>) {
        let line = bytes.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, line.count < bytes.count, parts[2].count == 8,
            parts[2].starts(with: "HTTP/1.".utf8), (1...32).contains(parts[0].count),
            parts[0].allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-") }),
            !parts[1].isEmpty, parts[1].allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        method = String(decoding: parts[0], as: UTF8.self)
        target = String(decoding: parts[1], as: UTF8.self)
    }
}
