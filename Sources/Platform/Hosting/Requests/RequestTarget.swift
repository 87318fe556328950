/// A request line's target, taken apart: the path with its segments, the query, and the authority of the absolute form.
struct RequestTarget: Sendable {
    /// The path as it came, still encoded: what routes without parameters are looked up by; `*` for `OPTIONS *`.
    let rawPath: String
    /// The segments of a path that has percent-encoding; most have none, and then nothing is taken apart before it is
    /// asked for.
    private let decodedSegments: [String]?
    /// The decoded query.
    let query: QueryItems
    /// `host:port` of an absolute target, which replaces the Host header.
    let authority: String?

    /// Takes a target apart.
    ///
    /// - Throws: `HTTPProblem` 400 for a target that is none, and for bad percent-encoding.
    init(parsing target: String) throws(HTTPProblem) {
        let bytes = target.utf8
        guard bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .badRequest("the request's target has characters that must be percent-encoded.")
        }
        var rest = bytes[...]
        authority = try Self.takeAuthority(from: &rest)
        let mark = rest.firstIndex(of: UInt8(ascii: "?"))
        let pathBytes = rest[..<(mark ?? rest.endIndex)]
        if pathBytes.isEmpty, authority != nil {
            rawPath = "/"
        } else {
            rawPath = pathBytes.count == bytes.count ? target : String(Substring(pathBytes))
        }
        guard rawPath.utf8.first == UInt8(ascii: "/") || rawPath == "*" else {
            throw .badRequest("the request's target is neither a path nor a URL.")
        }
        decodedSegments = rawPath.utf8.contains(UInt8(ascii: "%")) ? try Self.decodedSegments(of: rawPath) : nil
        query =
            try mark.map { mark throws(HTTPProblem) in try Self.query(rest[rest.index(after: mark)...]) }
            ?? QueryItems()
    }

    /// The path, decoded.
    var path: String { decodedSegments.map { "/" + $0.joined(separator: "/") } ?? rawPath }

    /// The decoded segments.
    var segments: [String] {
        decodedSegments ?? Self.split(rawPath).map { String(Substring($0)) }
    }

    /// Whether a segment is empty or a dot segment: such a path is nobody's, and is never normalised into another.
    var isIrregular: Bool {
        rawPath != "/" && segments.contains { $0.isEmpty || $0 == "." || $0 == ".." }
    }

    private static func takeAuthority(from rest: inout Substring.UTF8View) throws(HTTPProblem) -> String? {
        guard rest.first != UInt8(ascii: "/"), rest.first != UInt8(ascii: "*") else { return nil }
        guard let scheme = ["http://", "https://"].first(where: { rest.startsIgnoringCase(with: $0) }) else {
            return nil
        }
        rest = rest.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.isEmpty, !authority.contains(UInt8(ascii: "@")) else {
            throw .badRequest("the request's target has no host.")
        }
        rest = rest[end...]
        return String(Substring(authority))
    }

    private static func split(_ rawPath: String) -> [Substring.UTF8View] {
        rawPath.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    }

    private static func decodedSegments(of rawPath: String) throws(HTTPProblem) -> [String] {
        var segments: [String] = []
        for raw in split(rawPath) {
            guard let segment = PercentCoding.decode(raw) else { throw badEncoding("path") }
            segments.append(segment)
        }
        return segments
    }

    private static func query(_ raw: Substring.UTF8View) throws(HTTPProblem) -> QueryItems {
        var items: [(name: String, value: String)] = []
        for item in raw.split(separator: UInt8(ascii: "&")) {
            let equals = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
            guard let name = PercentCoding.decode(item[..<equals], plusIsSpace: true),
                let value = PercentCoding.decode(item[equals...].dropFirst(), plusIsSpace: true)
            else { throw badEncoding("query") }
            items.append((name, value))
        }
        return QueryItems(items)
    }

    private static func badEncoding(_ part: String) -> HTTPProblem {
        .badRequest("the \(part) has bad percent-encoding.")
    }
}

extension Collection<UInt8> {
    /// Whether the bytes begin with an ASCII text in any case.
    func startsIgnoringCase(with prefix: String) -> Bool {
        count >= prefix.utf8.count && zip(self, prefix.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Whether the bytes are an ASCII text in any case.
    func equalsIgnoringCase(_ text: String) -> Bool {
        count == text.utf8.count && startsIgnoringCase(with: text)
    }
}

extension UInt8 {
    /// The byte with `A` to `Z` made small.
    var asciiLowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self }
}
