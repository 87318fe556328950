import JSON

/// A part of a list.
struct ListPage<Thing> {
    let things: [Thing]
    /// What asks for the next page, where there is one.
    let next: String?

    /// The answer, with the list under its name; an empty one is left out, as Google does.
    func resource(_ name: String, _ list: [JSONValue]) -> JSONObject {
        var resource = JSONObject()
        resource.setList(name, list)
        resource.setText("nextPageToken", next)
        return resource
    }
}

extension CloudCall {
    /// A page of things that are all at hand, each with a name of its own. A page begins behind a name, so that things
    /// may come and go between two pages.
    ///
    /// - Parameters:
    ///   - all: the things.
    ///   - size: the parameter that says how many are wanted.
    ///   - token: the parameter that says where the page begins.
    ///   - name: a thing's name.
    func page<Thing>(
        _ all: [Thing], size: String = "pageSize", token: String = "pageToken", by name: (Thing) -> String
    ) throws(CloudProblem) -> ListPage<Thing> {
        let sorted = all.map { (name: name($0), thing: $0) }.sorted { $0.name.precedesInBytes($1.name) }
        let start = try pageStart(token)
        let rest = sorted.drop { one in start.map { !$0.precedesInBytes(one.name) } ?? false }
        let page = rest.prefix(try pageSize(size))
        let next = page.count < rest.count ? page.last.map { Self.pageToken(behind: $0.name) } : nil
        return ListPage(things: page.map(\.thing), next: next)
    }

    /// The name behind which the page begins that is asked for; nil for the first page.
    func pageStart(_ token: String = "pageToken") throws(CloudProblem) -> String? {
        guard let text = query(token) else { return nil }
        guard let bytes = Base64.decode(text), let name = String(validating: bytes, as: UTF8.self), !name.isEmpty else {
            throw .invalid("The page token is not one of ours.", field: token)
        }
        return name
    }

    /// The token of the page that begins behind a name.
    static func pageToken(behind name: String) -> String { Base64.encode(Array(name.utf8), .urlSafe) }
}
