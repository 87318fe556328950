import AdminModel
import Audit
import Datastore
import Hosting

/// The audit log.
struct AuditRoutes: AdminRoutes {
    let parts: AdminParts

    var routes: [AdminRoute] {
        let parameters: [QueryParameter] = [
            "since", "until", "principal", "method", "resource", "result", "limit", "pageToken",
        ]
        return [read(AdminPath.audit, parameters) { call in .model(try await page(call)) }]
    }

    private func page(_ call: AdminCall) async throws -> AuditPageInfo {
        var outcome: AuditRecord.Outcome?
        if let text = call.query("result") {
            outcome = AuditRecord.Outcome(rawValue: text)
            guard outcome != nil else {
                let known = AuditRecord.Outcome.allCases.map(\.rawValue).joined(separator: ", ")
                throw AdminProblem.invalid("result \"\(text)\" is not one of \(known)")
            }
        }
        let query = AuditQuery(
            since: try call.instant("since"), until: try call.instant("until"), principal: call.query("principal"),
            method: call.query("method"), resource: call.query("resource"), outcome: outcome,
            limit: try call.limit(), pageToken: call.query("pageToken"))
        let page = try await parts.audit.list(query)
        return AuditPageInfo(records: page.records.map { AuditInfo($0) }, nextPageToken: page.nextPageToken)
    }
}

extension AuditInfo {
    /// A record of the audit log.
    init(_ record: AuditRecord) {
        let action = record.action
        self.init(
            time: record.time.fixedText, endTime: record.endTime?.fixedText, principal: action.principal.name,
            uid: action.principal.uid, gid: action.principal.gid, pid: action.principal.pid, peer: action.peer,
            method: action.method, resource: action.resource, parameters: action.parameters,
            result: record.outcome.rawValue, status: record.status, message: record.message,
            requestId: action.requestID)
    }
}
