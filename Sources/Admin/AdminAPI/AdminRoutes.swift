import AdminAccess
import HTTPTypes
import Hosting

/// A family of routes.
protocol AdminRoutes: Sendable {
    var parts: AdminParts { get }
    var routes: [AdminRoute] { get }
}

/// A route of the admin API. Only `read`, `write` and `ask` make one, so that no route that changes something can forget
/// who may, or its audit record.
struct AdminRoute: Sendable {
    /// The route as Hosting takes it.
    let route: Route

    fileprivate init(_ route: Route) { self.route = route }
}

extension AdminRoutes {
    /// A route that only reads.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - parameters: the query parameters that it takes; any other is refused.
    ///   - handler: what answers.
    func read(
        _ path: String, _ parameters: [QueryParameter] = [],
        handler: @escaping @Sendable (AdminCall) async throws -> HostedResponse
    ) -> AdminRoute {
        let change = AuditedChange(parts: parts, method: .get, path: path, verb: nil)
        return AdminRoute(
            Route(.get, path) { request in
                try await answer(request) {
                    try await change.perform(request, needing: .read, isRecorded: false) {
                        try await handler(try AdminCall(request, allowed: parameters, now: parts.now()))
                    }
                }
            })
    }

    /// A route that changes something: not for everybody, and audited.
    ///
    /// - Parameters:
    ///   - method: the HTTP method.
    ///   - path: the path.
    ///   - parameters: the query parameters that it takes; any other is refused.
    ///   - permission: what whoever asks must be allowed.
    ///   - verb: what the audit log calls it; nil: what follows from method and path, see `AuditedChange`.
    ///   - resource: what it is done to, for the audit log; nil: what stands in the path.
    ///   - recording: which calls leave an audit record: each, but where contents are moved.
    ///   - handler: what answers.
    func write(
        _ method: HTTPRequest.Method, _ path: String, _ parameters: [QueryParameter] = [],
        needs permission: Permission = .administer, verb: String? = nil,
        resource: (@Sendable (HostedRequest) -> String)? = nil, recording: AuditedChange.Recording = .each,
        handler: @escaping @Sendable (AdminCall) async throws -> HostedResponse
    ) -> AdminRoute {
        let change = AuditedChange(
            parts: parts, method: method, path: path, verb: verb, resource: resource, recording: recording)
        return AdminRoute(
            Route(method, path) { request in
                try await answer(request) {
                    try await change.perform(request, needing: permission.named) {
                        try await handler(try AdminCall(request, allowed: parameters, now: parts.now()))
                    }
                }
            })
    }

    /// A POST that changes nothing: what it answers depends on who asks, or on its body.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - permission: what whoever asks must be allowed.
    ///   - isAudited: whether what is asked for is more than one's own, and so leaves an audit record.
    ///   - handler: what answers.
    func ask(
        _ path: String, needs permission: Permission = .read, isAudited: @escaping @Sendable (AdminCall) async -> Bool,
        handler: @escaping @Sendable (AdminCall) async throws -> HostedResponse
    ) -> AdminRoute {
        let change = AuditedChange(parts: parts, method: .post, path: path, verb: nil)
        return AdminRoute(
            Route(.post, path) { request in
                try await answer(request) {
                    // Whoever may not is refused first, whatever else is wrong.
                    let call = Result { () throws(AdminProblem) in
                        try AdminCall(request, allowed: [], now: parts.now())
                    }
                    let isRecorded = if case .success(let call) = call { await isAudited(call) } else { false }
                    return try await change.perform(request, needing: permission.named, isRecorded: isRecorded) {
                        try await handler(try call.get())
                    }
                }
            })
    }

    private func answer(
        _ request: HostedRequest, _ body: () async throws -> HostedResponse
    ) async throws -> HostedResponse {
        do {
            return try await body()
        } catch let problem as HTTPProblem {
            // Hosting notes the reason and asks `render` for the shape.
            throw problem
        } catch {
            guard let problem = AdminProblem(error) else { throw error }
            request.note(error: problem.message)
            return problem.response
        }
    }
}
