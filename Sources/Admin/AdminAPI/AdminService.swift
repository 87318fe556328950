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
        let access = AdminAccess(daemonUser: parts.daemonUser)
        let all =
            DaemonRoutes(parts: parts, access: access).routes
            + ConfigRoutes(parts: parts, access: access).routes
            + LogLevelRoutes(parts: parts, access: access).routes
            + AuditRoutes(parts: parts, access: access).routes
            + LogRoutes(parts: parts, access: access).routes
            + MetricRoutes(parts: parts, access: access).routes
            + SchedulerRoutes(parts: parts, access: access).routes
            + AccountRoutes(parts: parts, access: access).routes
            + PolicyRoutes(parts: parts, access: access).routes
            + KeyRoutes(parts: parts, access: access).routes
            + TokenRoutes(parts: parts, access: access).routes
            + TopicRoutes(parts: parts, access: access).routes
            + SubscriptionRoutes(parts: parts, access: access).routes
            + PurgeRoutes(parts: parts, access: access).routes
            + EntityRoutes(parts: parts, access: access).routes
            + IndexRoutes(parts: parts, access: access).routes
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
            try await change.perform(request, access: nil) { try await route.handler(request) }
        }
    }

    /// `{"error":{"code","message","status"}}`.
    public func render(_ problem: HTTPProblem) -> HostedResponse {
        var response = AdminProblem(problem).response
        response.headers.append(contentsOf: problem.headers)
        return response
    }
}
