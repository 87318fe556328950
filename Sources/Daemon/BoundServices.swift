import Hosting
import PubSub
import Settings
import Synchronization
import Transfer

/// Where each service is really reached, known once the listeners are open.
final class BoundServices: Sendable {
    private let hosting = Mutex<HTTPHosting?>(nil)

    /// Tells where the listeners are: they are opened last, after those that ask.
    func serve(_ hosting: HTTPHosting) { self.hosting.withLock { $0 = hosting } }

    /// Whether every listener accepts.
    var isListening: Bool { hosting.withLock { $0 }?.isListening ?? false }

    /// The address of each listener, with its real port.
    var addresses: [BoundAddress] { hosting.withLock { $0 }?.boundAddresses ?? [] }

    /// Where the admin interface is reached over TCP; without such an address, the name under which its socket answers.
    var adminURL: String {
        guard case .tcp(let name, let port)? = address(of: AdminInterface.service) else { return "http://trivet" }
        return "http://\(ListenAddress.tcp(host: Self.reachable(name), port: port))"
    }

    /// Where a URL leads: one whose host is a service's name leads to that service, wherever it listens; every other
    /// one leads where it says. So jobs and push subscriptions outlive a change of ports.
    func endpoint(of url: String) -> TransferEndpoint {
        // Over its socket the admin interface would take the daemon for its owner, which a job or a push is not.
        guard let host = Self.host(of: url), host != AdminInterface.service else { return TransferEndpoint(url: url) }
        let path = url.dropFirst(Self.scheme.count + host.count)
        switch address(of: host) {
        case .unix(let socket): return TransferEndpoint(url: url, unixSocketPath: socket, service: host)
        case .some(let address):
            return Self.url(address).map { TransferEndpoint(url: $0 + path, service: host) }
                ?? TransferEndpoint(url: url)
        case nil: return TransferEndpoint(url: url)
        }
    }

    /// The service that a URL leads to: by its name, or by an address that it listens on.
    func service(of url: String) -> String? {
        guard let host = Self.host(of: url) else { return nil }
        return addresses.first { $0.service == host || Self.url($0.address) == Self.scheme + host }?.service
    }

    /// Where a push leads, and for whom its token is: what the world calls the service, where that is set.
    func pushEndpoint(of url: String, settings: Settings) -> PushEndpoint {
        let endpoint = endpoint(of: url)
        guard let host = url.split(separator: "/").dropFirst().first,
            let name = settings.services.first(where: { $0.name == host })?.url
        else { return PushEndpoint(endpoint) }
        let path = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).dropFirst(3).first ?? ""
        return PushEndpoint(endpoint, audience: name.hasSuffix("/") ? name + path : "\(name)/\(path)")
    }

    private static let scheme = "http://"

    /// Host and port of a URL over plain HTTP.
    private static func host(of url: String) -> String? {
        guard url.hasPrefix(scheme) else { return nil }
        return String(url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" })
    }

    /// The first address of a service, TCP before unix sockets.
    private func address(of service: String) -> ListenAddress? {
        let own = addresses.filter { $0.service == service }.map(\.address)
        return own.first { if case .tcp = $0 { true } else { false } } ?? own.first
    }

    /// The URL of an address over TCP, as one on this machine would call it.
    static func url(_ address: ListenAddress) -> String? {
        guard case .tcp(let host, let port) = address else { return nil }
        return "\(scheme)\(ListenAddress.tcp(host: reachable(host), port: port))"
    }

    /// An address that stands for every interface is reached over loopback.
    private static func reachable(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }
}
