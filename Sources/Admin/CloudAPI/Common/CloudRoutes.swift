import Glibc
import HTTPTypes
import Hosting

/// Routes in Google's shapes: how a handler gets its call, and how its errors are answered.
struct CloudRoutes: Sendable {
    /// Where this daemon is reached when the client does not say.
    let baseURL: @Sendable () -> String
    /// The user id that, besides root, may change things over the unix socket.
    let daemonUser: UInt32
    /// Has the calls of a route recorded in the audit log, under a name; or only those that are refused or fail.
    let audited: @Sendable (_ route: Route, _ method: String, _ onlyRefusals: Bool) -> Route

    /// What a route does.
    enum Kind {
        /// It looks at things.
        case read
        /// It changes what is stored.
        case change
        /// It moves contents, of which there may be much: what is refused or fails is audited under this name.
        case use(String)
        /// It changes how things are set up, which is audited under this name.
        case administer(String)
    }

    func route(
        _ kind: Kind, _ method: HTTPRequest.Method, _ path: String, body: Route.BodyDelivery = .whole,
        _ handler: @escaping @Sendable (CloudCall) async throws -> HostedResponse
    ) -> Route {
        let route = Route(method, path, body: body) { request in
            do {
                if case .read = kind {} else { try requireWriter(request.peer) }
                return try await handler(try CloudCall(request, baseURL: baseURL()))
            } catch {
                guard let problem = CloudProblem(error) else { throw error }
                request.note(error: "\(error)")
                return problem.response
            }
        }
        return switch kind {
        case .read, .change: route
        case .use(let name): audited(route, name, true)
        case .administer(let name): audited(route, name, false)
        }
    }

    /// On the socket whoever may connect reads, and root and the daemon's own user change. Over TCP Hosting has let in
    /// whom `admin.authentication` lets in: without authentication that is this machine's users, on loopback.
    private func requireWriter(_ peer: Peer) throws(CloudProblem) {
        guard !isWriter(peer), case .unix(let credentials) = peer else { return }
        throw .forbidden(
            "user \(credentials.uid) may read only; root and the daemon's user (\(daemonUser)) may change things")
    }

    /// Whether who asks may change things.
    func isWriter(_ peer: Peer) -> Bool {
        guard case .unix(let credentials) = peer else { return true }
        return credentials.uid == 0 || credentials.uid == daemonUser
    }
}
