public import CoreMetrics
public import Logging
import NIOCore
import NIOPosix
public import RequestLog
public import ServiceLifecycle
public import Settings
import Synchronization

/// All listeners of the daemon, and the one pipeline behind them that every request passes.
///
/// Bind first, so that a taken port stops the start; then run. When the group shuts down gracefully, answers carry
/// `Connection: close` for a lame-duck second while connections are still accepted; then the listeners close, running
/// requests finish within the shutdown timeout, and what is left is closed.
public final class HTTPHosting: Sendable, Service, CustomStringConvertible {
    /// The name in the service group's log.
    public let description = "hosting"

    private let hosts: [HostRuntime]
    private let ledger: ConnectionLedger
    private let drain = DrainSwitch()
    private let limits: LiveLimits
    private let shutdownTimeout: Mutex<Duration>
    private let lameDuck: Duration
    private let connectionLimit: Mutex<Int>
    private let logger: Logger
    private let group = MultiThreadedEventLoopGroup.singleton
    private let loops: [ObjectIdentifier: LoopResources]
    private let listeners = Mutex<[Listener]>([])

    /// How long a handshake may be under way when its listener is paused: a long round trip.
    private static let handshakeTime = Duration.milliseconds(250)

    /// Creates the hosting; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - hosts: the services and where they are reached.
    ///   - limits: what a client may ask for.
    ///   - shutdownTimeout: how long requests may go on after shutdown began.
    ///   - lameDuck: how long connections are still accepted after shutdown began.
    ///   - timing: the room's own times.
    ///   - authorizer: says who may call the hosts that require authentication; without one, nobody may.
    ///   - record: takes one record of each request; it must return at once.
    ///   - explain: what an error that a service let through means for its client; nil: an internal error.
    ///   - metrics: the metrics backend.
    ///   - logger: the logger.
    public init(
        hosts: [ServiceHost], limits: LimitSettings, shutdownTimeout: Duration, lameDuck: Duration = .seconds(1),
        timing: HostingTiming = HostingTiming(), authorizer: (any RequestAuthorizing)? = nil,
        record: @escaping @Sendable (RequestRecord) -> Void,
        explain: @escaping @Sendable (any Error) -> HTTPProblem? = { _ in nil }, metrics: any MetricsFactory,
        logger: Logger
    ) {
        let ledger = ConnectionLedger(limit: limits.connections)
        let live = LiveLimits(limits)
        let drain = self.drain
        self.hosts = hosts.enumerated().map { index, host in
            HostRuntime(
                index: index, host: host, limits: live, timing: timing, ledger: ledger, drain: drain,
                authorizer: authorizer, record: record, explain: explain, metrics: metrics, logger: logger)
        }
        self.ledger = ledger
        self.limits = live
        self.shutdownTimeout = Mutex(shutdownTimeout)
        self.lameDuck = lameDuck
        connectionLimit = Mutex(limits.connections)
        self.logger = logger
        loops = Dictionary(
            uniqueKeysWithValues: group.makeIterator().map { (ObjectIdentifier($0), LoopResources($0)) })
    }

    /// Creates the hosting over a request log; nothing is opened yet.
    ///
    /// - Parameters:
    ///   - hosts: the services and where they are reached.
    ///   - limits: what a client may ask for.
    ///   - shutdownTimeout: how long requests may go on after shutdown began.
    ///   - requestLog: takes one record of each request.
    ///   - metrics: the metrics backend.
    ///   - logger: the logger.
    public convenience init(
        hosts: [ServiceHost], limits: LimitSettings, shutdownTimeout: Duration, requestLog: RequestLog,
        metrics: any MetricsFactory, logger: Logger
    ) {
        self.init(
            hosts: hosts, limits: limits, shutdownTimeout: shutdownTimeout, record: { requestLog.record($0) },
            metrics: metrics, logger: logger)
    }

    /// Takes new limits and a new shutdown timeout. The limits hold from the next request on, those of heads and of the
    /// number of connections from the next connection on; no connection is closed for them.
    public func apply(_ limits: LimitSettings, shutdownTimeout: Duration) {
        self.limits.apply(limits)
        ledger.setLimit(limits.connections)
        self.shutdownTimeout.withLock { $0 = shutdownTimeout }
        let before = connectionLimit.withLock { limit in
            defer { limit = limits.connections }
            return limit
        }
        if limits.connections > before { raiseDescriptors() }
    }

    /// The addresses that are listened on, in the order of the hosts.
    public var boundAddresses: [BoundAddress] { listeners.withLock { $0.map(\.bound) } }

    /// How many connections are open.
    public var connectionCount: Int { ledger.count }

    /// Whether every address of every host is listened on.
    public var isListening: Bool {
        let expected = hosts.reduce(0) { $0 + $1.host.addresses.count }
        return listeners.withLock { $0.count == expected && $0.allSatisfy(\.channel.isActive) }
    }

    /// Returns when every event loop has taken a turn: for whoever wants to know that none of them hangs.
    public func turnLoops() async throws {
        for loop in group.makeIterator() { try await loop.submit {}.get() }
    }

    /// Opens all listeners, or none.
    ///
    /// - Throws: `HostingError` with the settings' key of the address that could not be had.
    public func bind() async throws(HostingError) {
        raiseDescriptors()
        var opened: [Listener] = []
        for host in hosts {
            for address in host.host.addresses {
                do throws(HostingError) {
                    opened.append(try await Listener.open(address, for: host, loops: loops, group: group))
                } catch {
                    for listener in opened { await listener.close() }
                    throw error
                }
            }
        }
        listeners.withLock { $0 = opened }
    }

    private func raiseDescriptors() {
        let descriptors = DescriptorLimit.raise()
        let connections = connectionLimit.withLock { $0 }
        if descriptors < UInt(connections) + 64 {
            logger.warning(
                "fewer descriptors than connections: raise the limit of open files, or lower limits.connections",
                metadata: ["descriptors": "\(descriptors)", "connections": "\(connections)"])
        }
    }

    /// Serves until the service group shuts down.
    ///
    /// - Throws: `HostingError` when a listener stops listening by itself, or could not be bound.
    public func run() async throws {
        if listeners.withLock({ $0.isEmpty }) { try await bind() }
        let lost = await untilShutdown()
        let clock = ContinuousClock()
        let deadline = clock.now + shutdownTimeout.withLock { $0 }
        drain.turnOn()
        if lost == nil { try? await clock.sleep(for: lameDuck) }
        await closeListeners()
        ledger.drainAll()
        await untilClosed(before: deadline)
        ledger.closeAll()
        await untilClosed(before: clock.now + .seconds(1))
        if let lost {
            throw HostingError(
                code: .failed, settingsKey: lost.host.host.settingsKey, address: lost.bound.address,
                message: "the listener closed by itself.")
        }
    }

    /// Closes all listeners without a reset for anybody who has connected, or is about to.
    private func closeListeners() async {
        let open = listeners.withLock { $0 }
        for listener in open { await listener.pause() }
        if lameDuck > .zero { try? await ContinuousClock().sleep(for: Self.handshakeTime) }
        for listener in open { await listener.close() }
    }

    /// Waits for the group's shutdown or the task's cancellation; or returns the listener that is lost.
    private func untilShutdown() async -> Listener? {
        let (ends, ended) = AsyncStream<Listener>.makeStream()
        for listener in listeners.withLock({ $0 }) {
            listener.channel.closeFuture.whenComplete { _ in ended.yield(listener) }
        }
        return await withTaskGroup(of: Listener?.self) { group in
            group.addTask {
                try? await gracefulShutdown()
                return nil
            }
            group.addTask { await ends.first { _ in true } }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// Waits until no connection is open, at most until a moment.
    private func untilClosed(before deadline: ContinuousClock.Instant) async {
        while ledger.count > 0, ContinuousClock.now < deadline, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}
