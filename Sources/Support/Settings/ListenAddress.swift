/// An address that a part of the daemon listens on.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A TCP address: a host name, an IPv4 or an IPv6 address (without brackets), and a port; port 0 lets the system
    /// choose one.
    case tcp(host: String, port: Int)
    /// A unix socket at a path; a relative path starts at the working directory.
    case unix(path: String)
    /// A socket that systemd opened and hands over under a name (`FileDescriptorName=`).
    case descriptor(name: String)

    /// The longest path of a unix socket in bytes: Linux keeps 108 with the closing NUL.
    public static let longestPath = 107

    private static let form = "write HOST:PORT, unix:PATH or fd:NAME, such as 127.0.0.1:8080 or [::1]:8080"

    /// The address that `text` tells: `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH` or `fd:NAME`.
    public static func parse(_ text: String) throws(ValueTextError) -> ListenAddress {
        if let path = text.dropping(prefix: "unix:") { return .unix(path: try socketPath(path)) }
        if let name = text.dropping(prefix: "fd:") {
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }) else {
                throw ValueTextError("names no descriptor: after fd: comes the name of FileDescriptorName=")
            }
            return .descriptor(name: name)
        }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else {
            throw ValueTextError("is not an address: \(form)")
        }
        let host = try host(String(text[..<colon]))
        let digits = text.utf8[text.utf8.index(after: colon)...]
        guard (1...5).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let port = Int(String(digits) ?? ""), port <= 65_535
        else {
            throw ValueTextError("has no port from 0 to 65535: \(form)")
        }
        return .tcp(host: host, port: port)
    }

    /// The text that ``parse(_:)`` reads.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        case .descriptor(let name): "fd:\(name)"
        }
    }

    /// Whether only this machine can reach the address: a loopback address, the name `localhost`, or a unix socket.
    /// Of an inherited socket it is not known, so it counts as reachable from outside.
    public var isLocal: Bool {
        switch self {
        case .tcp(let host, _):
            switch IPAddress(host) {
            case .v4(let bytes): bytes[0] == 127
            case .v6(let bytes):
                bytes == IPAddress.loopback6 || bytes.starts(with: IPAddress.mapped4 + [127])
            case nil: host.utf8.elementsEqual("localhost".utf8)
            }
        case .unix: true
        case .descriptor: false
        }
    }

    private static func host(_ text: String) throws(ValueTextError) -> String {
        let bytes = text.utf8
        guard !bytes.isEmpty else {
            throw ValueTextError("has no host: write 127.0.0.1:PORT, or 0.0.0.0:PORT for every IPv4 address")
        }
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") {
            let inner = String(text.dropFirst().dropLast())
            guard case .v6 = IPAddress(inner) else { throw ValueTextError("has no IPv6 address in its brackets") }
            return inner
        }
        guard !bytes.contains(UInt8(ascii: ":")) else {
            throw ValueTextError("has a colon in its host: an IPv6 address goes in brackets, such as [::1]:8080")
        }
        guard bytes.allSatisfy(isHostByte) else {
            throw ValueTextError("has a host with other characters than letters, digits, . and -")
        }
        if bytes.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }), IPAddress(text) == nil {
            throw ValueTextError("has a host that is no IPv4 address")
        }
        return text
    }

    /// Checks what the kernel asks of a socket's path.
    static func socketPath(_ path: String) throws(ValueTextError) -> String {
        guard !path.isEmpty else { throw ValueTextError("has no path") }
        guard !path.utf8.contains(0) else { throw ValueTextError("has a NUL byte in its path") }
        guard path.utf8.count <= longestPath else {
            throw ValueTextError(
                "has a path of \(path.utf8.count) bytes: a unix socket's path has at most \(longestPath)")
        }
        return path
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        let letter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        return letter || isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
    }
}

extension String {
    /// What follows `prefix`, compared by bytes, or nil if the text does not begin with it.
    func dropping(prefix: String) -> String? {
        guard utf8.starts(with: prefix.utf8) else { return nil }
        return String(decoding: utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }
}
