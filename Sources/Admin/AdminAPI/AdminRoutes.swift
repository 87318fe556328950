import HTTPTypes
import Hosting

/// A family of routes.
protocol AdminRoutes: Sendable {
    var parts: AdminParts { get }
    var access: AdminAccess { get }
    var routes: [Route] { get }
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
    ) -> Route {
        Route(.get, path) { request in
            try await answer(request) {
                try await handler(try AdminCall(request, allowed: parameters, now: parts.now()))
            }
        }
    }

    /// A route that changes something: for writers only.
    func write(
        _ method: HTTPRequest.Method, _ path: String, _ parameters: [QueryParameter] = [],
        handler: @escaping @Sendable (AdminCall) async throws -> HostedResponse
    ) -> Route {
        Route(method, path) { request in
            try await answer(request) {
                try access.requireWriter(request.peer)
                return try await handler(try AdminCall(request, allowed: parameters, now: parts.now()))
            }
        }
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
