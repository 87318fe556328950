import AdminAccess
import HTTPTypes
import Hosting
import Identity
import JSON

/// The three routes of a thing's policy: `:getIamPolicy`, `:setIamPolicy` and `:testIamPermissions`.
struct PolicyRoutes: Sendable {
    let identities: Identities
    let cloud: CloudRoutes
    /// The path of the thing.
    let path: String
    /// The older ones of Google's APIs ask for a policy by POST.
    let getMethod: HTTPRequest.Method
    /// What the audit log calls a change.
    let auditName: String
    /// What the policy is about; throws when there is no such thing.
    let target: @Sendable (CloudCall) throws(CloudProblem) -> PolicyTarget

    var routes: [Route] {
        [
            cloud.route(.read, getMethod, "\(path):getIamPolicy") { call in
                call.answer(try identities.policy(of: try target(call)).cloudResource)
            },
            cloud.route(.administer(auditName), .post, "\(path):setIamPolicy") { call in
                let (policy, etag) = try Policy.wish(try await call.body())
                let written = try await identities.setPolicy(policy, etag: etag, of: try target(call))
                return call.answer(written.cloudResource)
            },
            cloud.route(.read, .post, "\(path):testIamPermissions") { call in
                let target = try target(call)
                _ = try identities.policy(of: target)
                let asked = try await call.body().cloudTexts("permissions")
                var answer = JSONObject()
                answer.setList(
                    "permissions", try await cloud.granted(asked, call, on: target).map { .string($0) })
                return call.answer(answer)
            },
        ]
    }
}

extension CloudRoutes {
    /// Which of some permissions, by Google's names, whoever asks has.
    func granted(_ names: [String], _ call: CloudCall, on target: PolicyTarget = .project) async throws -> [String] {
        var granted: [String] = []
        for name in names {
            guard let permission = Permission(named: name) else {
                throw CloudProblem.invalid("Invalid permission \(name): it is none such as run.routes.invoke.")
            }
            if await gate.allows(call.request, permission, on: target) { granted.append(name) }
        }
        return granted
    }
}
