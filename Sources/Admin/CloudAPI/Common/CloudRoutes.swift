import AdminAccess
import HTTPTypes
public import Hosting
import Identity

/// Routes in Google's shapes: how a handler gets its call, who may ask, and how its errors are answered.
struct CloudRoutes: Sendable {
    /// Where this daemon is reached when the client does not say.
    let baseURL: @Sendable () -> String
    /// Who may do what.
    let gate: AdminGate
    /// Keeps records of what is done and refused.
    let auditing: CloudAuditing

    /// What a route does, and what whoever asks must be allowed for it.
    struct Kind: Sendable {
        let permission: Permission
        /// What the audit log calls it; nil: it leaves no record when it is done.
        let auditName: String?
        /// Whether only calls that are refused or fail leave a record.
        var onlyRefusals = false
        /// What it is done to; nil: the project.
        var target: (@Sendable (HostedRequest) -> PolicyTarget)?

        /// It looks at things.
        static let read = Kind(permission: .read, auditName: nil)
        /// It changes what is stored.
        static let change = Kind(permission: .operate, auditName: nil)
        /// It moves contents, of which there may be much: what is refused or fails is audited under this name.
        static func use(_ name: String, needs permission: Permission = .operate) -> Kind {
            Kind(permission: permission, auditName: name, onlyRefusals: true)
        }
        /// It changes how things are set up, which is audited under this name.
        static func administer(_ name: String) -> Kind { Kind(permission: .administer, auditName: name) }
        /// It does what has a permission of its own, which is audited under the name, if there is one.
        static func allowed(
            _ permission: Permission, _ name: String? = nil,
            on target: (@Sendable (HostedRequest) -> PolicyTarget)? = nil
        ) -> Kind { Kind(permission: permission, auditName: name, target: target) }
    }

    func route(
        _ kind: Kind, _ method: HTTPRequest.Method, _ path: String, body: Route.BodyDelivery = .whole,
        _ handler: @escaping @Sendable (CloudCall) async throws -> HostedResponse
    ) -> Route {
        let bare = Route(method, path, body: body) { request in
            try await answer(request) { try await handler(try CloudCall(request, baseURL: baseURL())) }
        }
        let recorded = kind.auditName.map { auditing.recorded(bare, $0, kind.onlyRefusals) } ?? bare
        return Route(method, path, body: body) { request in
            try await answer(request) {
                do throws(AccessDenial) {
                    try await gate.admit(request, to: kind.permission, on: kind.target?(request) ?? .project)
                } catch {
                    await auditing.refused(request, bare, kind.auditName, error.message)
                    throw error
                }
                return try await recorded.handler(request)
            }
        }
    }

    private func answer(
        _ request: HostedRequest, _ body: () async throws -> HostedResponse
    ) async throws -> HostedResponse {
        do { return try await body() } catch {
            guard let problem = CloudProblem(error) else { throw error }
            request.note(error: "\(error)")
            return problem.response
        }
    }
}

/// How calls of routes in Google's shapes come into the audit log.
public struct CloudAuditing: Sendable {
    /// Has the calls of a route recorded under a name; or only those that are refused or fail.
    let recorded: @Sendable (_ route: Route, _ method: String, _ onlyRefusals: Bool) -> Route
    /// Records that a request was refused.
    let refused:
        @Sendable (_ request: HostedRequest, _ route: Route, _ method: String?, _ message: String) async -> Void

    /// Gathers the two.
    public init(
        recorded: @escaping @Sendable (_ route: Route, _ method: String, _ onlyRefusals: Bool) -> Route,
        refused:
            @escaping @Sendable (
                _ request: HostedRequest, _ route: Route, _ method: String?, _ message: String
            ) async -> Void
    ) {
        self.recorded = recorded
        self.refused = refused
    }
}
