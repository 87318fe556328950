import JSON
import PubSub

extension CloudCall {
    /// The full name of the topic in the path.
    var topic: String { "projects/\(parameter("project"))/topics/\(parameter("topic"))" }
    /// The full name of the subscription in the path.
    var subscription: String { "projects/\(parameter("project"))/subscriptions/\(parameter("subscription"))" }

    /// The body of a PATCH, `{RESOURCE, updateMask}`: the resource, and what of it is to be taken.
    func change(
        of resource: String, changeable: [String], constant: [String]
    ) async throws -> (given: JSONObject, mask: UpdateMask) {
        let body = try CloudBody(try await body(), known: [resource, "updateMask"])
        let text = try body.text("updateMask") ?? query("updateMask") ?? ""
        let mask = try UpdateMask(parsing: text, changeable: changeable, constant: constant)
        guard let given = body.value(resource) else { return (JSONObject(), mask) }
        guard let object = given.object else {
            throw CloudProblem.invalid("The field \(resource) is not an object.", field: resource)
        }
        return (object, mask)
    }
}

extension CloudBody {
    func attributes(_ name: String) throws(CloudProblem) -> Attributes {
        var attributes = Attributes()
        for (name, value) in try map(name) { attributes[name] = value }
        return attributes
    }
}
