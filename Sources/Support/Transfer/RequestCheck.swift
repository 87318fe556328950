/// What may not go out: anything that could smuggle a header or a second request, or that libcurl would read in
/// another way than it is written.
extension TransferRequest {
    /// Throws `invalidRequest` with the reason; the client asks this itself before it sends.
    public func check() throws(TransferError) {
        try checkURL()
        guard method.isToken, method.utf8.count <= 32 else { throw refuse("the method is not an HTTP token") }
        for header in headers { try check(header) }
        if method.hasSameText(as: "HEAD"), !body.isEmpty { throw refuse("HEAD takes no body") }
        if let unixSocketPath {
            guard !unixSocketPath.utf8.isEmpty, unixSocketPath.utf8.count <= 107, !unixSocketPath.utf8.contains(0)
            else { throw refuse("the path of a unix socket has 1 to 107 bytes, none of them NUL") }
        }
        if let caCertificatesFile, caCertificatesFile.utf8.contains(0) { throw refuse("the CA file's path has a NUL") }
        guard maximumResponseBytes >= 0 else { throw refuse("maximumResponseBytes is negative") }
        for (from, to) in connectTo { try check(from: from, to: to) }
    }

    /// The URL without user, password and query, for messages.
    var shownURL: String {
        var shown = url.prefix { $0 != "?" && $0 != "#" }
        if let scheme = shown.end(ofFirst: "://"),
            let at = shown[scheme...].prefix(while: { $0 != "/" }).lastIndex(of: "@")
        {
            shown.removeSubrange(scheme...at)
        }
        return String(shown)
    }

    private func checkURL() throws(TransferError) {
        // libcurl would guess a scheme from a host's name.
        let lower = url.utf8.prefix(8).map(\.asciiLowercased)
        guard lower.starts(with: "http://".utf8) || lower.starts(with: "https://".utf8) else {
            throw TransferError(.invalidRequest, "the URL does not begin with http:// or https://")
        }
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw TransferError(.invalidRequest, "the URL has a space or a control byte: percent-encode it")
        }
    }

    private func check(_ header: TransferHeader) throws(TransferError) {
        guard header.name.isToken else { throw refuse("a header's name is not an HTTP token") }
        guard !header.value.utf8.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else {
            throw refuse("the value of header \(header.name) has a line break or a NUL")
        }
        // The length is the body's; a second one would let the request be read as two.
        for own in ["Content-Length", "Transfer-Encoding"] where header.name.isSameHeaderName(as: own) {
            throw refuse("\(own) is set by the client itself")
        }
    }

    private func check(from: String, to: Address) throws(TransferError) {
        func isBad(_ text: String) -> Bool { text.utf8.isEmpty || text.utf8.contains { $0 <= 0x20 || $0 == 0x7F } }
        let port = from.split(separator: ":", omittingEmptySubsequences: false).dropFirst().last ?? ""
        guard !isBad(from), UInt16(port) != nil else {
            throw refuse("connectTo wants host:port as its key")
        }
        guard !isBad(to.host), (1...65535).contains(to.port) else {
            throw refuse("connectTo wants a host and a port from 1 to 65535")
        }
    }

    private func refuse(_ reason: String) -> TransferError {
        TransferError(.invalidRequest, "\(reason) (\(shownURL))")
    }
}

extension String {
    func hasSameText(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// RFC 9110's token: the letters of methods and header names.
    fileprivate var isToken: Bool {
        !utf8.isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}

extension Substring {
    /// The index just behind the first occurrence.
    fileprivate func end(ofFirst needle: String) -> Index? {
        var rest = self[...]
        while !rest.isEmpty {
            if rest.utf8.starts(with: needle.utf8) {
                return rest.utf8.index(rest.startIndex, offsetBy: needle.utf8.count)
            }
            rest = Substring(rest.utf8.dropFirst())
        }
        return nil
    }
}
