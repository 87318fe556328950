import JSON
import PubSub

extension CloudCall {
    /// The full name of the topic in the path.
    var topic: String { "projects/\(parameter("project"))/topics/\(parameter("topic"))" }
    /// The full name of the subscription in the path.
    var subscription: String { "projects/\(parameter("project"))/subscriptions/\(parameter("subscription"))" }

    /// The page of a list that is asked for; the list is in the order of the names.
    func page<Element>(of all: [Element], name: (Element) -> String) throws(CloudProblem) -> ListPage<Element> {
        let (start, size) = (try pageStart(), try pageSize("pageSize"))
        let rest = start.map { start in all.filter { start.precedesInBytes(name($0)) } } ?? all
        let elements = Array(rest.prefix(size))
        let next = rest.count > size ? elements.last.map { Self.pageToken(behind: name($0)) } : nil
        return ListPage(elements: elements, nextPageToken: next)
    }

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

/// A part of a list.
struct ListPage<Element> {
    let elements: [Element]
    /// What asks for the next page, where there is one.
    let nextPageToken: JSONValue?

    /// The answer, with the list under its name; an empty one is left out, as Google does.
    func resource(_ name: String, _ list: [JSONValue]) -> JSONObject {
        var resource = JSONObject()
        if !list.isEmpty { resource[name] = .array(list) }
        resource["nextPageToken"] = nextPageToken
        return resource
    }
}

extension CloudBody {
    func attributes(_ name: String) throws(CloudProblem) -> Attributes {
        var attributes = Attributes()
        for (name, value) in try map(name) { attributes[name] = value }
        return attributes
    }
}
