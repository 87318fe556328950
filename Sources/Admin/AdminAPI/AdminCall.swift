import Datastore
import Hosting
import JSON
import Settings

/// A request whose query was checked: what is unknown or doubled was refused, since a filter that is misspelled and
/// passed over would show, or delete, too much.
struct AdminCall: Sendable {
    let request: HostedRequest
    private let now: Timestamp

    init(_ request: HostedRequest, allowed: [QueryParameter], now: Timestamp) throws(AdminProblem) {
        self.request = request
        self.now = now
        var seen: [String] = []
        for item in request.query.items {
            guard let parameter = allowed.first(where: { $0.name.hasSameBytes(as: item.name) }) else {
                let known = allowed.isEmpty ? "none" : allowed.map(\.name).joined(separator: ", ")
                throw .invalid("unknown query parameter \"\(item.name)\"; there are: \(known)")
            }
            guard parameter.mayRepeat || !seen.contains(item.name) else {
                throw .invalid("query parameter \"\(item.name)\" is given twice")
            }
            seen.append(item.name)
        }
    }

    /// A part of the path.
    func parameter(_ name: String) -> String { request.parameters[name] ?? "" }

    /// A query parameter; nil when it was not given.
    func query(_ name: String) -> String? { request.query[name] }

    /// All values of a query parameter.
    func all(_ name: String) -> [String] { request.query.all(name) }

    func required(_ name: String) throws(AdminProblem) -> String {
        guard let value = query(name), !value.isEmpty else { throw .invalid("query parameter \"\(name)\" is missing") }
        return value
    }

    /// `limit`: 1 to 1000, 100 by default.
    func limit() throws(AdminProblem) -> Int {
        guard let text = query("limit") else { return 100 }
        guard let limit = Int(text), (1...1000).contains(limit) else {
            throw .invalid("limit \"\(text)\" is not a number from 1 to 1000")
        }
        return limit
    }

    func flag(_ name: String) throws(AdminProblem) -> Bool {
        switch query(name) {
        case nil, "false": false
        case "true": true
        case .some(let text): throw .invalid("\(name) \"\(text)\" is neither true nor false")
        }
    }

    /// An instant: a duration back from now (`10m`) or RFC 3339.
    func instant(_ name: String) throws(AdminProblem) -> Timestamp? {
        guard let text = query(name) else { return nil }
        return try instant(text, named: name)
    }

    /// An instant that stands elsewhere in the request.
    func instant(_ text: String, named name: String) throws(AdminProblem) -> Timestamp {
        if let instant = Timestamp(rfc3339: text) { return instant }
        guard let duration = try? DurationText.parse(text) else {
            throw .invalid(
                "\(name) \"\(text)\" is neither a duration such as 10m nor a time such as 2026-01-31T09:00:00Z")
        }
        return now.advanced(by: .zero - duration)
    }

    /// The members of the body, of which none but `allowed` may be there; an empty body is an empty object.
    func body(allowed: [String]) async throws -> JSONObject {
        if try await request.body().isEmpty { return JSONObject() }
        let object = try await request.jsonObject()
        try object.require(only: allowed)
        return object
    }
}

extension JSONObject {
    /// Throws for a member that is none of these, and names it.
    ///
    /// - Parameter place: where the object stands in the body, with a dot behind, such as `retryConfig.`.
    func require(only allowed: [String], at place: String = "") throws(AdminProblem) {
        for member in self where !allowed.contains(where: { $0.hasSameBytes(as: member.name) }) {
            throw .invalid("unknown property \"\(place)\(member.name)\"; there are: \(allowed.joined(separator: ", "))")
        }
    }
}
