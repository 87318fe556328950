import CoreMetrics
import HTTPTypes
import MetricDescribing
import Synchronization

/// A host's metrics. Handles are made once and kept, so that a request costs one lookup and three increments.
final class HostMetrics: Sendable {
    /// Requests whose head was read and whose answer is not finished.
    let active: Meter
    /// Open connections.
    let connections: Meter
    private let rejected: [Rejection: Counter]
    private let refused: [String: Counter]
    private let durations = Mutex<[DurationKey: Timer]>([:])
    /// The routes' paths, and behind them `_other`: the labels of requests.
    let routes: [String]
    private let service: String
    private let factory: any MetricsFactory

    private struct DurationKey: Hashable {
        let route: Int
        let method: Int
        let status: Int
    }

    /// The label of requests that match no route; its index is one past the routes'.
    static let otherRoute = "_other"
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "_OTHER"]
    private static let buckets = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Creates the metrics and registers each at zero.
    ///
    /// - Parameters:
    ///   - service: the service's name.
    ///   - table: the service's routes.
    ///   - refusalCodes: why callers may be refused for who they are.
    ///   - factory: the backend.
    init(service: String, table: RouteTable, refusalCodes: [String], factory: any MetricsFactory) {
        Self.describe(factory)
        self.service = service
        self.factory = factory
        routes = table.paths + [Self.otherRoute]
        active = Meter(label: "http_server_active_requests", dimensions: [("service", service)], factory: factory)
        connections = Meter(label: "trivet_http_connections", dimensions: [("service", service)], factory: factory)
        active.set(0)
        connections.set(0)
        rejected = Dictionary(
            uniqueKeysWithValues: Rejection.allCases.map { reason in
                let dimensions = [("service", service), ("reason", reason.rawValue)]
                let counter = Counter(label: "trivet_http_rejected_total", dimensions: dimensions, factory: factory)
                counter.increment(by: 0)
                return (reason, counter)
            })
        refused = Dictionary(
            uniqueKeysWithValues: refusalCodes.map { code in
                let dimensions = [("service", service), ("reason", code)]
                let counter = Counter(label: "trivet_http_unauthorized_total", dimensions: dimensions, factory: factory)
                counter.increment(by: 0)
                return (code, counter)
            })
        for (path, method) in table.declared { _ = duration(route: path, method: method, status: 200) }
    }

    /// Counts what was turned away.
    func count(_ rejection: Rejection) {
        rejected[rejection]?.increment()
    }

    /// Counts who was refused for who they are.
    func countRefused(_ code: String) {
        refused[code]?.increment()
    }

    /// Takes one finished request.
    ///
    /// - Parameters:
    ///   - route: the index of its path in the table, or the number of paths when no route matched.
    ///   - method: its method.
    ///   - status: the answer's status.
    ///   - nanoseconds: from its head to the end of the answer.
    func record(route: Int, method: HTTPRequest.Method, status: Int, nanoseconds: Int64) {
        duration(route: route, method: method, status: status).recordNanoseconds(nanoseconds)
    }

    private func duration(route: Int, method: HTTPRequest.Method, status: Int) -> Timer {
        let key = DurationKey(route: route, method: Self.index(of: method), status: status)
        return durations.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = Timer(
                label: "http_server_request_duration_seconds",
                dimensions: [
                    ("service", service), ("http_request_method", Self.methods[key.method]),
                    ("http_route", routes[min(route, routes.count - 1)]),
                    ("http_response_status_code", String(status)),
                ], factory: factory)
            timers[key] = timer
            return timer
        }
    }

    private static func index(of method: HTTPRequest.Method) -> Int {
        switch method {
        case .get: 0
        case .head: 1
        case .post: 2
        case .put: 3
        case .patch: 4
        case .delete: 5
        case .options: 6
        default: 7
        }
    }

    private static func describe(_ factory: any MetricsFactory) {
        factory.describe(
            "http_server_request_duration_seconds", help: "Time from a request's head to the end of its answer.",
            buckets: buckets)
        factory.describe("http_server_active_requests", help: "Requests that are being read or answered.")
        factory.describe("trivet_http_connections", help: "Open connections.")
        factory.describe(
            "trivet_http_rejected_total", help: "Connections and requests turned away before any service saw them.")
        factory.describe(
            "trivet_http_unauthorized_total", help: "Requests refused for who asked (401 and 403), by the reason.")
    }
}
