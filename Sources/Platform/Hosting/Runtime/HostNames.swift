import Settings
import Synchronization

/// The Host values that mean this service. A web page that a browser on this machine shows can send requests to a
/// loopback address, but not with such a Host, unless the page is the service's own.
final class HostNames: Sendable {
    private let names: Mutex<Set<[UInt8]>>

    /// Creates the names that do not depend on the port: the service's own and its URL's host.
    init(service: String, url: String?) {
        var initial = [service]
        if let authority = url.flatMap(Self.authority) { initial += [authority, Self.host(of: authority)] }
        names = Mutex(Set(initial.map(Self.key)))
    }

    /// Adds what a bound TCP address can be called.
    func add(host: String, port: Int, service: String) {
        let literal = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        names.withLock { names in
            for name in [literal, "localhost", "127.0.0.1", "[::1]", service] {
                names.insert(Self.key("\(name):\(port)"))
                if port == 80 { names.insert(Self.key(name)) }
            }
        }
    }

    /// Whether a Host header names this service.
    func contains(_ host: String) -> Bool {
        names.withLock { $0.contains(Self.key(host)) }
    }

    /// A name as bytes in small letters: text of Swift would take different characters for the same.
    private static func key(_ name: String) -> [UInt8] { name.utf8.map(\.asciiLowercased) }

    /// `host[:port]` of a URL.
    private static func authority(of url: String) -> String? {
        guard let scheme = ["http://", "https://"].first(where: { url.utf8.startsIgnoringCase(with: $0) }) else {
            return nil
        }
        let authority = url.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") }
        return authority.isEmpty ? nil : String(Substring(authority))
    }

    /// An authority without its port.
    private static func host(of authority: String) -> String {
        let bytes = authority.utf8
        guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")), bytes.last != UInt8(ascii: "]") else {
            return authority
        }
        return String(authority[..<colon])
    }
}
