import Glibc

/// The service manager that started this process, such as systemd, spoken to as sd_notify(3) describes: datagrams of
/// `NAME=value` lines to the socket that `$NOTIFY_SOCKET` names.
///
/// Without that variable nobody listens, and what is told goes nowhere.
public struct ServiceManager: Sendable {
    /// How long the manager waits for a sign of life before it kills the process; nil when it does not watch it.
    public let watchdogTimeout: Duration?
    private let socket: NotifySocket?

    /// - Parameters:
    ///   - environment: the process' environment.
    ///   - processID: the process that `$WATCHDOG_PID` must name, if it is set; nil for this one. One that inherited the variables from a
    ///     supervised parent is not watched itself.
    public init(environment: [String: String], processID: Int32? = nil) {
        socket = environment["NOTIFY_SOCKET"].flatMap(NotifySocket.init)
        watchdogTimeout = socket == nil ? nil : Self.watchdogTimeout(environment, processID: processID ?? getpid())
    }

    /// Whether anybody listens.
    public var isPresent: Bool { socket != nil }

    /// Tells the manager something, in one datagram: either all of it arrives or nothing.
    public func tell(_ news: [ServiceNews]) throws(ServiceManagerError) {
        try socket?.send(Array(news.map(\.lines).joined(separator: "\n").utf8))
    }

    private static func watchdogTimeout(_ environment: [String: String], processID: Int32) -> Duration? {
        guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 0 else {
            return nil
        }
        if let watched = environment["WATCHDOG_PID"], Int32(watched) != processID { return nil }
        return .microseconds(microseconds)
    }
}
