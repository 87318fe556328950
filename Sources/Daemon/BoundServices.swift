import Hosting
import Settings
import Synchronization

/// Where each service is really reached, known once the listeners are open.
final class BoundServices: Sendable {
    private let bound = Mutex<[BoundAddress]>([])

    func set(_ addresses: [BoundAddress]) { bound.withLock { $0 = addresses } }

    /// The first address of a service, TCP before unix sockets.
    func address(of service: String) -> ListenAddress? {
        let own = bound.withLock { $0 }.filter { $0.service == service }.map(\.address)
        return own.first { if case .tcp = $0 { true } else { false } } ?? own.first
    }

    /// Service and address of each listener, as the admin shows them.
    var texts: [(service: String, address: String)] {
        bound.withLock { $0 }.map { ($0.service, $0.address.description) }
    }

    var isComplete: Bool { bound.withLock { !$0.isEmpty } }
}
