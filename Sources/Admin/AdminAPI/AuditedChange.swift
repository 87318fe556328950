import AdminAccess
import AdminModel
import Audit
import HTTPTypes
import Hosting
import JSON
import Settings

/// The one way of every change through the admin API: whoever may not is refused, and both the refusal and the change,
/// with how it ended, stand in the audit log.
struct AuditedChange: Sendable {
    /// Which calls leave a record.
    enum Recording: Sendable {
        /// Each: one before the change, which is completed after it.
        case each
        /// Those that were refused or failed. For calls that move contents (messages), of which there may be many: what
        /// went well is in the metrics. Nor do those leave one that only have to be tried again, since a full disk would
        /// make many of them.
        case refusals
    }

    let parts: AdminParts
    private let verb: String
    private let path: String
    private let recording: Recording
    private let looksAtBody: Bool
    private let resource: (@Sendable (HostedRequest) -> String)?

    /// A body is looked at for the record up to this many bytes; what is larger is contents.
    private static let longestBody = 65_536

    /// A change by a route.
    ///
    /// Without `verb` it is called by its path and what is done there: `POST …/jobs/{job}:run` is `jobs.run`, `POST` to
    /// a collection `….create`, `DELETE` `….delete`, `PUT` and `PATCH` `….update`.
    ///
    /// - Parameters:
    ///   - parts: the audit log, and what a record needs.
    ///   - method: the HTTP method.
    ///   - path: the route's path.
    ///   - verb: what the audit log calls it.
    ///   - resource: what it is done to; nil: what stands in the path.
    ///   - recording: which calls leave a record.
    ///   - looksAtBody: whether the record tells of the body's members; not of one that is read as it comes.
    init(
        parts: AdminParts, method: HTTPRequest.Method, path: String, verb: String?,
        resource: (@Sendable (HostedRequest) -> String)? = nil, recording: Recording = .each, looksAtBody: Bool = true
    ) {
        self.parts = parts
        self.path = path
        self.resource = resource
        self.recording = recording
        self.looksAtBody = looksAtBody
        self.verb = verb ?? Self.verb(method, path)
    }

    /// Does the change, if whoever asks may.
    ///
    /// - Parameters:
    ///   - request: what asks for it.
    ///   - permission: what whoever asks must be allowed; nil: that was found out already.
    ///   - isRecorded: whether a change that is made leaves a record; a refusal always does.
    ///   - body: the change.
    func perform(
        _ request: HostedRequest, needing permission: Permission?, isRecorded: Bool = true,
        _ body: () async throws -> HostedResponse
    ) async throws -> HostedResponse {
        if let permission {
            do { try await parts.gate.admit(request, to: permission) } catch {
                await recordRefusal(request, error.message)
                throw error
            }
        }
        guard isRecorded else { return try await body() }
        switch recording {
        case .each: return try await recordEach(request, body)
        case .refusals: return try await recordRefusals(request, body)
        }
    }

    private func recordEach(
        _ request: HostedRequest, _ body: () async throws -> HostedResponse
    ) async throws -> HostedResponse {
        let entry = await parts.audit.begin(await action(request))
        do {
            let response = try await body()
            await parts.audit.end(
                entry, Self.outcome(response.status), status: response.status.code, message: Self.message(response))
            return response
        } catch {
            let problem = Self.problem(error)
            await parts.audit.end(
                entry, Self.outcome(problem.status), status: problem.status.code, message: problem.message)
            throw error
        }
    }

    private func recordRefusals(
        _ request: HostedRequest, _ body: () async throws -> HostedResponse
    ) async throws -> HostedResponse {
        do {
            let response = try await body()
            await recordRefusal(request, response.status, Self.message(response))
            return response
        } catch {
            let problem = Self.problem(error)
            await recordRefusal(request, problem.status, problem.message)
            throw error
        }
    }

    private func recordRefusal(
        _ request: HostedRequest, _ status: HTTPResponse.Status, _ message: String?
    ) async {
        let outcome = Self.outcome(status)
        guard outcome != .ok, !Self.isForAnotherTry(status) else { return }
        await parts.audit.record(await action(request), outcome, status: status.code, message: message)
    }

    private static func problem(_ error: any Error) -> AdminProblem {
        AdminProblem(error) ?? AdminProblem(.internalServerError, .internal, "\(error)")
    }

    /// What an answer in an error's shape says.
    private static func message(_ response: HostedResponse) -> String? {
        guard response.status.code >= 400, case .bytes(let bytes) = response.body else { return nil }
        return (try? JSONValue(parsing: bytes))?.object?["error"]?.object?["message"]?.string
    }

    /// Whether the same call may go well later: too many, not now, no room.
    private static func isForAnotherTry(_ status: HTTPResponse.Status) -> Bool {
        [429, 503, 507].contains(status.code)
    }

    /// Records that whoever asks may not.
    func recordRefusal(_ request: HostedRequest, _ message: String) async {
        await parts.audit.recordRefusal(await action(request), message: message)
    }

    private static func outcome(_ status: HTTPResponse.Status) -> AuditRecord.Outcome {
        switch status.code {
        case ..<400: .ok
        case 401, 403: .denied
        default: .failed
        }
    }

    // MARK: What is asked

    private func action(_ request: HostedRequest) async -> AuditAction {
        AuditAction(
            principal: await principal(request), peer: peer(request.peer), method: verb,
            resource: resource?(request) ?? Self.resource(path, request.parameters),
            parameters: AuditParameters.make(query: request.query.items, body: await members(request)),
            requestID: request.requestID)
    }

    private func principal(_ request: HostedRequest) async -> AuditPrincipal {
        switch request.peer {
        case .tcp: return AuditPrincipal(request.principal ?? "anonymous")
        case .unix(let credentials):
            let name = await parts.userNames.name(of: credentials.uid)
            return AuditPrincipal(
                name.map { "user:\($0)" } ?? "uid:\(credentials.uid)", uid: credentials.uid, gid: credentials.gid,
                pid: credentials.pid)
        }
    }

    private func peer(_ peer: Peer) -> String {
        switch peer {
        case .tcp(let address): return address
        case .unix:
            let sockets = parts.addresses().filter { $0.service == "admin" }.map(\.address.description)
            return sockets.first { $0.hasPrefix("unix:") } ?? "unix:"
        }
    }

    private func members(_ request: HostedRequest) async -> JSONObject {
        guard looksAtBody, let body = try? await request.body(), !body.isEmpty else { return JSONObject() }
        guard body.count <= Self.longestBody, let object = (try? JSONValue(parsing: body))?.object else {
            var size = JSONObject()
            size["bytes"] = .integer(Int64(body.count))
            return size
        }
        return object
    }

    // MARK: Names

    /// What stands before the names in paths, of this API and of Google's younger ones.
    private static let prefixes = ["/admin/v1/", "/v1/", "/"]

    private static func steps(_ path: String) -> (steps: [Substring], verb: Substring?) {
        let prefix = prefixes.first { path.hasPrefix($0) } ?? ""
        let rest = path.dropFirst(prefix.count)
        var steps = rest.split(separator: "/")
        guard let last = steps.last, let colon = last.lastIndex(of: ":") else { return (steps, nil) }
        steps[steps.count - 1] = last[..<colon]
        return (steps, last[colon...].dropFirst())
    }

    private static func verb(_ method: HTTPRequest.Method, _ path: String) -> String {
        let (steps, verb) = steps(path)
        let done: Substring =
            switch method {
            case .get: "get"
            case .delete: "delete"
            case .put, .patch: "update"
            default: "create"
            }
        return (steps.filter { !$0.hasPrefix("{") } + [verb ?? done]).joined(separator: ".")
    }

    private static func resource(_ path: String, _ parameters: [String: String]) -> String {
        steps(path).steps.map { step in
            guard step.hasPrefix("{"), step.hasSuffix("}") else { return String(step) }
            let name = step.dropFirst().dropLast()
            return parameters[String(name.last == "+" ? name.dropLast() : name)] ?? ""
        }.joined(separator: "/")
    }
}
