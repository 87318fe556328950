import Hosting
import Scheduling
import Settings
import Synchronization

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
        guard case .tcp(let name, let port)? = address(of: "admin") else { return "http://trivet" }
        return "http://\(ListenAddress.tcp(host: Self.reachable(name), port: port))"
    }

    /// Where a URL leads: one whose host is a service's name leads to that service, wherever it listens; every other
    /// one leads where it says. So a job outlives a change of ports.
    func endpoint(of url: String) -> JobEndpoint {
        let scheme = "http://"
        guard url.hasPrefix(scheme) else { return JobEndpoint(url: url) }
        let rest = url.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        let path = rest.dropFirst(host.count)
        switch address(of: String(host)) {
        case .tcp(let name, let port):
            let local = ListenAddress.tcp(host: Self.reachable(name), port: port)
            return JobEndpoint(url: "\(scheme)\(local)\(path)")
        case .unix(let socket): return JobEndpoint(url: url, unixSocketPath: socket)
        case .descriptor, nil: return JobEndpoint(url: url)
        }
    }

    /// The first address of a service, TCP before unix sockets.
    private func address(of service: String) -> ListenAddress? {
        let own = addresses.filter { $0.service == service }.map(\.address)
        return own.first { if case .tcp = $0 { true } else { false } } ?? own.first
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
