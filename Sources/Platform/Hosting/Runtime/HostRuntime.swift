import CoreMetrics
import HTTPTypes
import Logging
import RequestLog
import Settings
import Synchronization

/// A host while it is served: what every connection of it shares.
final class HostRuntime: Sendable {
    /// The host's place in the order of hosts.
    let index: Int
    let host: ServiceHost
    /// The service's name.
    let name: String
    let table: RouteTable
    let metrics: HostMetrics
    let names: HostNames
    let limits: LiveLimits
    let timing: HostingTiming
    let ledger: ConnectionLedger
    let drain: DrainSwitch
    let logger: Logger
    /// Says who may call; nil where nobody is asked.
    let authorizer: (any RequestAuthorizing)?
    /// What an error that a service let through means for its client; nil: an internal error.
    let explain: @Sendable (any Error) -> HTTPProblem?
    private let record: @Sendable (RequestRecord) -> Void

    init(
        index: Int, host: ServiceHost, limits: LiveLimits, timing: HostingTiming, ledger: ConnectionLedger,
        drain: DrainSwitch, authorizer: (any RequestAuthorizing)?, record: @escaping @Sendable (RequestRecord) -> Void,
        explain: @escaping @Sendable (any Error) -> HTTPProblem?, metrics: any MetricsFactory, logger: Logger
    ) {
        self.index = index
        self.host = host
        name = host.service.name
        table = RouteTable(host.service.routes)
        let refusalCodes = host.authentication == .required ? authorizer?.refusalCodes ?? [] : []
        self.metrics = HostMetrics(service: name, table: table, refusalCodes: refusalCodes, factory: metrics)
        self.authorizer = authorizer
        names = HostNames(service: name, url: host.url)
        self.limits = limits
        self.timing = timing
        self.ledger = ledger
        self.drain = drain
        self.record = record
        self.explain = explain
        var logger = logger
        logger[metadataKey: "service"] = "\(name)"
        self.logger = logger
    }

    /// Whether answers say that the connection closes behind them.
    var closesConnections: Bool { drain.isOn || ledger.isCrowded }

    /// Hands a finished request to the log, where the host keeps records.
    func keep(_ record: @autoclosure () -> RequestRecord) {
        if host.recording == .requestLog { self.record(record()) }
    }
}

/// Whether the daemon is about to stop.
final class DrainSwitch: Sendable {
    private let value = Atomic(false)

    /// Whether it was turned on.
    var isOn: Bool { value.load(ordering: .relaxed) }

    /// Turns it on for good.
    func turnOn() { value.store(true, ordering: .relaxed) }
}
