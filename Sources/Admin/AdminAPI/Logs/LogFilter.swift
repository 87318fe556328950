import RequestLog

/// The filters that `logs` and `logs:tail` share.
struct LogFilter: Sendable {
    static let parameters: [QueryParameter] = [
        .any("service"), .any("status"), .any("method"), .any("route"), "text",
    ]

    /// The filters alone, without time, order and page.
    let query: RequestLogQuery

    init(_ call: AdminCall) throws(AdminProblem) {
        var query = RequestLogQuery()
        query.services = Set(call.all("service"))
        query.methods = Set(call.all("method").map { $0.uppercased() })
        query.routes = Set(call.all("route"))
        query.text = call.query("text")
        for text in call.all("status") {
            guard let status = RequestLogQuery.StatusFilter(text) else {
                throw .invalid("status \"\(text)\" is neither a status such as 404 nor a class such as 4xx")
            }
            query.statuses.append(status)
        }
        self.query = query
    }
}
