import Hosting
import Identity
import Settings
import Synchronization

/// What the daemon and its services are called in tokens. Ports are known once the listeners are open; what was found
/// then is kept, since every request asks.
final class IdentityPlaces: Sendable {
    private let settings: Settings
    private let bound: BoundServices
    private let foundIssuer = Mutex<String?>(nil)

    init(settings: Settings, bound: BoundServices) {
        self.settings = settings
        self.bound = bound
    }

    /// The issuer of the daemon's own tokens: the setting, else the URL of the metrics listener, which serves the keys.
    var issuer: String {
        if let set = settings.identity.issuer { return set }
        if let found = foundIssuer.withLock({ $0 }) { return found }
        let own = bound.addresses.filter { $0.service == "metrics" }.map(\.address)
        let isBound = !bound.addresses.isEmpty
        // Without a TCP address nobody but the daemon itself can check its tokens: then it only needs a name.
        let name = (isBound ? own : settings.metrics.listen).lazy.compactMap(BoundServices.url).first
        let issuer = name ?? "http://\(settings.project).trivet.local"
        if isBound { foundIssuer.withLock { $0 = issuer } }
        return issuer
    }

    /// For whom a token may be meant to be taken by a service: the names under which it can be called here, the URL
    /// that the world has, and what the operator has set besides.
    func audiences(of name: String) -> ServiceAudiences {
        let service = settings.service(name)
        let listen = name == AdminInterface.service ? settings.admin.listen : service?.listen ?? []
        let addresses = listen + bound.addresses.filter { $0.service == name }.map(\.address)
        let local = addresses.flatMap { address -> [String] in
            guard case .tcp(let host, let port) = address, port > 0 else { return [] }
            return [host, "localhost", "127.0.0.1", "::1", name].map { host in
                "http://\(ListenAddress.tcp(host: host, port: port))"
            }
        }
        // Jobs and subscriptions name the service alone, and the daemon finds it wherever it listens.
        return ServiceAudiences(
            urls: local + ["http://\(name)"] + (service?.url.map { [$0] } ?? []), others: service?.audiences ?? [])
    }
}
