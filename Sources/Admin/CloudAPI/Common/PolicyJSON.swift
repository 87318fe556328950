import Identity
import JSON

// Policies in Google's form: bindings, an etag in base64, and a version, which is 1 for policies without conditions.
extension Policy {
    var cloudResource: JSONObject {
        var resource = JSONObject()
        resource["version"] = .integer(1)
        resource["etag"] = .string(Base64.encode(Array(etag.utf8)))
        resource.setList(
            "bindings",
            bindings.map { binding in
                ["role": .string(binding.role.rawValue), "members": .array(binding.members.map { .string($0.text) })]
            })
        return resource
    }

    /// Reads the body of `:setIamPolicy`.
    ///
    /// - Returns: the policy, and the etag of the one that the client has seen; nil: whatever is there is replaced.
    static func wish(_ body: JSONObject) throws -> (policy: Policy, etag: String?) {
        guard let policy = body["policy"]?.object else { throw CloudProblem.required("policy") }
        if let mask = try body.cloudText("updateMask") {
            for field in mask.split(separator: ",") where !["bindings", "etag", "version"].contains(field) {
                throw CloudProblem.notOffered("a policy's \(field)")
            }
        }
        if policy["auditConfigs"]?.array?.isEmpty == false { throw CloudProblem.notOffered("audit configurations") }
        return (Policy(bindings: try bindings(policy["bindings"])), try etag(policy))
    }

    private static func bindings(_ value: JSONValue?) throws -> [Binding] {
        guard let value, value != .null else { return [] }
        guard let bindings = value.array else { throw CloudProblem.invalid("bindings must be a list.") }
        return try bindings.map { value in
            guard let binding = value.object, let role = try binding.cloudText("role") else {
                throw CloudProblem.invalid("A binding has a role and a list of members.")
            }
            if let condition = binding["condition"], condition != .null {
                throw CloudProblem.notOffered("conditions of bindings")
            }
            let members = binding["members"] ?? .array([])
            guard let members = members.array else { throw CloudProblem.invalid("members must be a list.") }
            return Binding(
                role: try Role.parse(role),
                members: try members.map { member in
                    guard let text = member.string else { throw CloudProblem.invalid("A member must be a string.") }
                    return try Member.parse(text)
                })
        }
    }

    private static func etag(_ policy: JSONObject) throws(CloudProblem) -> String? {
        guard let text = try policy.cloudText("etag"), !text.isEmpty else { return nil }
        guard let bytes = Base64.decode(text) else { throw .invalid("Invalid etag: it is not base64.") }
        // One that is no etag of ours is that of no policy here: the change is then refused as overtaken.
        return String(validating: bytes, as: UTF8.self) ?? "-"
    }
}
