/// Scheme, host and port of a URL, in one spelling: `https://hello.example.org:443`.
enum WebOrigin {
    /// The origin of a URL; nil for what is no http or https URL.
    static func of(_ url: String) -> String? {
        let bytes = url.utf8.map(\.asciiLowercased)
        let schemes = [("http://", "80"), ("https://", "443")]
        guard let (scheme, port) = schemes.first(where: { bytes.starts(with: $0.0.utf8) }),
            bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        let authority = bytes.dropFirst(scheme.utf8.count).prefix { !"/?#".utf8.contains($0) }
        guard !authority.isEmpty, !authority.contains(where: { "@\\".utf8.contains($0) }) else { return nil }
        guard let colon = authority.lastIndex(of: UInt8(ascii: ":")), authority.last != UInt8(ascii: "]") else {
            return "\(scheme)\(String(decoding: authority, as: UTF8.self)):\(port)"
        }
        let digits = authority[authority.index(after: colon)...]
        guard digits.allSatisfy(\.isDigit), colon > authority.startIndex else { return nil }
        let number = digits.isEmpty ? port : String(decoding: digits, as: UTF8.self)
        return "\(scheme)\(String(decoding: authority[..<colon], as: UTF8.self)):\(number)"
    }
}
