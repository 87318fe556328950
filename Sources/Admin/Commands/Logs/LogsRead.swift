import AdminModel
import ArgumentParser

/// `trivetctl logs read`.
struct LogsRead: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Show request records, newest first.")

    @OptionGroup var filter: LogFilterOptions

    @Option(help: "Only records from then on: a duration back from now (10m) or RFC 3339.")
    var since: String?

    @Option(help: "Only records before then: a duration back from now (10m) or RFC 3339.")
    var until: String?

    @Option(help: "How many records at most.")
    var limit = 100

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func answer(in context: CommandContext) async throws -> Listing<LogEntry> {
        let client = global.client(in: context)
        let query = filter.query + [("since", since), ("until", until)]
        return Listing(
            try await Pages.collect(limit: limit) { size, token in
                let page = try await client.get(
                    LogPage.self, AdminPath.logs, query: query + Pages.query(size, token))
                return (page.entries, page.nextPageToken)
            })
    }
}

extension LogEntry: Row {
    static var columns: [String] {
        ["TIMESTAMP", "INSERT_ID", "SERVICE", "METHOD", "STATUS", "LATENCY", "URL"]
    }

    /// Widths that fit almost every record, for rows that are shown one by one.
    static var minimumWidths: [Int] { [27, 23, 23, 6, 6, 9, 0] }

    var cells: [Cell] {
        [
            Cell(timestamp), Cell(insertId, .faint), Cell(resource.service), Cell(httpRequest.requestMethod),
            .status(httpRequest.status), Cell(httpRequest.latency), Cell(httpRequest.requestUrl),
        ]
    }
}
