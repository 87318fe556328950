import AdminModel
import HTTPTypes
import Hosting
import Identity
import JSON
import Settings

/// Policies of the project and of services.
struct PolicyRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        routes("\(AdminPath.projects)/{project}/iamPolicy", target: project)
            + routes("\(AdminPath.serviceAccounts)/{email}/iamPolicy") { call in
                .account(parts.settings.settings.accountEmail(call.parameter("email")))
            }
            + routes("\(AdminPath.services)/{service}/iamPolicy") { .service($0.parameter("service")) }
    }

    private func routes(
        _ path: String, target: @escaping @Sendable (AdminCall) throws(AdminProblem) -> PolicyTarget
    ) -> [AdminRoute] {
        [
            read(path) { call in .model(PolicyInfo(try parts.identities.policy(of: try target(call)))) },
            write(.put, path) { call in
                let body = try await call.body(allowed: ["bindings", "etag", "version"])
                let policy = Policy(bindings: try bindings(body))
                return .model(
                    PolicyInfo(
                        try await parts.identities.setPolicy(
                            policy, etag: try body.optionalText("etag"), of: try target(call))))
            },
            write(.post, "\(path):addBinding") { call in
                let (member, role) = try binding(try await call.body(allowed: ["role", "member"]))
                return .model(PolicyInfo(try await parts.identities.bind(member, to: role, on: try target(call))))
            },
            write(.post, "\(path):removeBinding") { call in
                let (member, role) = try binding(try await call.body(allowed: ["role", "member"]))
                return .model(PolicyInfo(try await parts.identities.unbind(member, from: role, on: try target(call))))
            },
        ]
    }

    @Sendable private func project(_ call: AdminCall) throws(AdminProblem) -> PolicyTarget {
        let (name, own) = (call.parameter("project"), parts.settings.settings.project)
        guard name.hasSameBytes(as: own) else { throw .notFound("no project \"\(name)\"; this one is \(own)") }
        return .project
    }

    private func binding(_ body: JSONObject) throws -> (Member, Role) {
        (try Member.parse(try body.requiredText("member")), try Role.parse(try body.requiredText("role")))
    }

    private func bindings(_ body: JSONObject) throws -> [Policy.Binding] {
        guard let bindings = body["bindings"]?.array else { throw AdminProblem.invalid("bindings is not an array") }
        return try bindings.map { value in
            guard let binding = value.object, binding.allSatisfy({ ["role", "members"].contains($0.name) }),
                let members = binding["members"]?.array
            else { throw AdminProblem.invalid("a binding is {\"role\": \"…\", \"members\": [\"…\"]}") }
            return Policy.Binding(
                role: try Role.parse(try binding.requiredText("role")),
                members: try members.map { member in
                    guard let text = member.string else { throw AdminProblem.invalid("a member is not a string") }
                    return try Member.parse(text)
                })
        }
    }
}

extension PolicyInfo {
    init(_ policy: Policy) {
        self.init(
            bindings: policy.bindings.map { Binding(role: $0.role.rawValue, members: $0.members.map(\.text)) },
            etag: policy.etag)
    }
}
