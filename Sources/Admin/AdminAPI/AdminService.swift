public import AdminAccess
import AdminModel
public import Hosting

/// The admin API: `/admin/v1/…`, what trivetctl asks.
public struct AdminService: HostedService {
    /// `admin`.
    public let name = "admin"
    /// The routes of `AdminPath`.
    public let routes: [Route]
    private let parts: AdminParts

    /// Creates the service over the parts that it shows.
    public init(_ parts: AdminParts) {
        self.parts = parts
        let all =
            DaemonRoutes(parts: parts).routes
            + ConfigRoutes(parts: parts).routes
            + LogLevelRoutes(parts: parts).routes
            + AuditRoutes(parts: parts).routes
            + LogRoutes(parts: parts).routes
            + MetricRoutes(parts: parts).routes
            + SchedulerRoutes(parts: parts).routes
            + AccountRoutes(parts: parts).routes
            + PolicyRoutes(parts: parts).routes
            + KeyRoutes(parts: parts).routes
            + TokenRoutes(parts: parts).routes
            + TopicRoutes(parts: parts).routes
            + SubscriptionRoutes(parts: parts).routes
            + ResourceRoutes(parts: parts).routes
            + PurgeRoutes(parts: parts).routes
            + EntityRoutes(parts: parts).routes
            + IndexRoutes(parts: parts).routes
        routes = all.map(\.route)
    }

    /// A route of another API on the same addresses that leaves audit records, as the changes here do. Who may, it
    /// finds out itself. Where its body comes whole, the record tells what was asked for.
    ///
    /// - Parameters:
    ///   - route: the route.
    ///   - method: what the audit log calls it.
    ///   - onlyRefusals: whether only calls that were refused or failed leave one.
    public func audited(_ route: Route, as method: String, onlyRefusals: Bool = false) -> Route {
        let change = AuditedChange(
            parts: parts, method: route.method, path: route.path, verb: method,
            recording: onlyRefusals ? .refusals : .each, looksAtBody: route.body == .whole)
        return Route(route.method, route.path, body: route.body) { request in
            try await change.perform(request, needing: nil) { try await route.handler(request) }
        }
    }

    /// Who may do what.
    public var gate: AdminGate { parts.gate }

    /// Records that a request to a route of another API was refused.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - route: the route.
    ///   - method: what the audit log calls it; nil: what follows from the route's method and path.
    ///   - message: why.
    public func recordRefusal(_ request: HostedRequest, of route: Route, as method: String?, _ message: String) async {
        let change = AuditedChange(
            parts: parts, method: route.method, path: route.path, verb: method, looksAtBody: route.body == .whole)
        await change.recordRefusal(request, message)
    }

    /// `{"error":{"code","message","status"}}`.
    public func render(_ problem: HTTPProblem) -> HostedResponse {
        var response = AdminProblem(problem).response
        response.headers.append(contentsOf: problem.headers)
        return response
    }
}
