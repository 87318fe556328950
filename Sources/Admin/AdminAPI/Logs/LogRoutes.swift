import AdminModel
import Datastore
import HTTPTypes
import Hosting
import RequestLog

/// The request log: pages of it, and its tail.
struct LogRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        [
            read(AdminPath.logs, LogFilter.parameters + ["since", "until", "limit", "pageToken"]) { call in
                .model(try await page(call))
            },
            read(AdminPath.logsTail, LogFilter.parameters + ["after"]) { call in try tail(call) },
        ]
    }

    private func page(_ call: AdminCall) async throws -> LogPage {
        var query = try LogFilter(call).query
        query.since = try call.instant("since")?.microseconds
        query.until = try call.instant("until")?.microseconds
        query.limit = try call.limit()
        query.pageToken = call.query("pageToken")
        // Who asks after a request wants to see it; a file that takes no records is the log's to tell, not this answer's.
        if query.pageToken == nil { try? await parts.requestLog.flush() }
        let page = try await parts.requestLog.read(query)
        return LogPage(entries: page.records.map { LogEntry($0) }, nextPageToken: page.nextPageToken)
    }

    private func tail(_ call: AdminCall) throws -> HostedResponse {
        let filter = try LogFilter(call)
        var after: InsertID?
        if let text = call.query("after") {
            guard let id = InsertID(text) else {
                throw AdminProblem.invalid("after \"\(text)\" is not an insertId such as 00000001-0000000000002a")
            }
            after = id
        }
        let events = parts.requestLog.follow(after: after, matching: filter.query)
        let tail = LogTail(health: parts.health, now: parts.now)
        return HostedResponse(
            headers: [.contentType: "application/x-ndjson"],
            body: .stream { writer in try await tail.write(events, to: writer) })
    }
}
