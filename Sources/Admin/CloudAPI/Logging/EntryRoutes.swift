import HTTPTypes
import Hosting
import JSON
import RequestLog

/// Cloud Logging's reading side, over the log of requests: `/v2/entries:list` and `/v2/projects/P/logs`.
struct EntryRoutes: Sendable {
    let log: RequestLog
    let project: CloudProject
    let cloud: CloudRoutes

    private static let fields = ["resourceNames", "projectIds", "filter", "orderBy", "pageSize", "pageToken"]
    private static let defaultPage = 50

    var routes: [Route] {
        [
            cloud.route(.read, .post, "/v2/entries:list") { call in try await entries(call) },
            cloud.route(.read, .get, "/v2/projects/{project}/logs") { call in
                try project.check(call)
                var answer = JSONObject()
                answer["logNames"] = [.string(EntryResource.logName(project: project.id))]
                return call.answer(answer)
            },
        ]
    }

    private func entries(_ call: CloudCall) async throws -> HostedResponse {
        let body = try CloudBody(try await call.body(), known: Self.fields)
        try checkResources(body)
        let filter = try EntryFilterParser.parse(try body.text("filter") ?? "", project: project.id)
        let query = try query(body, filter)
        // Who asks after a request wants to see it; a file that takes no records is the log's to tell, not this answer's.
        if query.pageToken == nil { try? await log.flush() }
        let page = try await log.read(query) { [project] in filter.matches($0, project: project.id) }
        var answer = JSONObject()
        let records = Self.byTime(page.records, query.order)
        if !records.isEmpty {
            answer["entries"] = .array(records.map { .object(EntryResource(stored: $0, project: project.id).object) })
        }
        answer["nextPageToken"] = page.nextPageToken.map { .string($0) }
        return call.answer(answer)
    }

    private func query(_ body: CloudBody, _ filter: EntryFilter) throws(CloudProblem) -> RequestLogQuery {
        var query = RequestLogQuery()
        filter.narrow(&query)
        query.order = try Self.order(try body.text("orderBy") ?? "")
        let size = try body.integer("pageSize") ?? 0
        guard size >= 0 else { throw .invalid("pageSize is not negative.", field: "pageSize") }
        query.limit = size == 0 ? Self.defaultPage : min(size, 1_000)
        query.pageToken = try body.text("pageToken").flatMap { $0.isEmpty ? nil : $0 }
        return query
    }

    private static func order(_ text: String) throws(CloudProblem) -> RequestLogQuery.Order {
        switch text.split(separator: " ") {
        case [], ["timestamp"], ["timestamp", "asc"]: .oldestFirst
        case ["timestamp", "desc"]: .newestFirst
        default: throw .invalid("orderBy is \"timestamp asc\" or \"timestamp desc\".", field: "orderBy")
        }
    }

    /// The log has its records as they ended; a page shows them as they began.
    private static func byTime(_ records: [StoredRecord], _ order: RequestLogQuery.Order) -> [StoredRecord] {
        let sorted = records.sorted { ($0.record.timestamp, $0.insertID) < ($1.record.timestamp, $1.insertID) }
        return order == .oldestFirst ? sorted : sorted.reversed()
    }

    /// There is one project, and one log in it.
    private func checkResources(_ body: CloudBody) throws(CloudProblem) {
        let names = try body.texts("resourceNames") + body.texts("projectIds").map { "projects/\($0)" }
        guard !names.isEmpty else {
            throw .invalid("resourceNames is required: projects/\(project.id).", field: "resourceNames")
        }
        for name in names {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 2, parts[0] == "projects" else {
                throw .invalid("\(name) is no name such as projects/\(project.id).", field: "resourceNames")
            }
            guard parts[1] == project.id || parts[1] == String(project.number) else {
                throw CloudProblem(
                    .notFound, "notFound", "There is no project \(parts[1]); this one is \(project.id).")
            }
        }
    }
}
