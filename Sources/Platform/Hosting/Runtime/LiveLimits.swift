import NIOCore
import Settings
import Synchronization

/// The limits in force, which a reload may change. Connections keep a copy, and look at the round before each request:
/// one load of an atomic, and the lock only after a change.
final class LiveLimits: Sendable {
    private let limits: Mutex<ConnectionLimits>
    private let round = Atomic(0)

    init(_ settings: LimitSettings) { limits = Mutex(ConnectionLimits(settings, round: 0)) }

    /// The limits in force.
    var current: ConnectionLimits { limits.withLock { $0 } }

    /// Takes new limits.
    func apply(_ settings: LimitSettings) {
        limits.withLock { limits in
            limits = ConnectionLimits(settings, round: limits.round + 1)
            round.store(limits.round, ordering: .relaxed)
        }
    }

    /// Brings a copy up to date.
    func refresh(_ copy: inout ConnectionLimits) {
        if round.load(ordering: .relaxed) != copy.round { copy = current }
    }
}

/// The limits of a connection in NIO's units.
struct ConnectionLimits: Sendable {
    let body: Int
    let header: Int
    let headerTimeout: TimeAmount
    let bodyTimeout: TimeAmount
    let idleTimeout: TimeAmount
    /// Which of the changes since the start this is.
    let round: Int

    init(_ settings: LimitSettings, round: Int) {
        body = settings.body
        header = settings.header
        headerTimeout = TimeAmount(settings.headerTimeout)
        bodyTimeout = TimeAmount(settings.bodyTimeout)
        idleTimeout = TimeAmount(settings.idleTimeout)
        self.round = round
    }
}
