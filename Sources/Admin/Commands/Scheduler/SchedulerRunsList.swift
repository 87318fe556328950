import AdminModel
import ArgumentParser

/// `trivetctl scheduler runs list`.
struct SchedulerRunsList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List runs, newest first.")

    @Option(help: "Only this job's.")
    var job: String?

    @Option(help: "Only this outcome, e.g. failed or missed.")
    var outcome: String?

    @Flag(help: "Short for --outcome failed.")
    var failed = false

    @Option(help: "Only runs from then on: a duration back from now (10m) or RFC 3339.")
    var since: String?

    @Option(help: "How many runs at most.")
    var limit = 100

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
        guard !failed || outcome == nil else { throw ValidationError("--failed and --outcome exclude each other") }
    }

    func answer(in context: CommandContext) async throws -> Listing<RunInfo> {
        let client = global.client(in: context)
        let query: AdminClient.Query = [("job", job), ("outcome", failed ? "failed" : outcome), ("since", since)]
        return Listing(
            try await Pages.collect(limit: limit) { size, token in
                let page = try await client.get(RunPage.self, AdminPath.runs, query: query + Pages.query(size, token))
                return (page.runs, page.nextPageToken)
            })
    }
}

extension RunInfo: Row {
    static var columns: [String] {
        ["JOB", "SCHEDULED", "KIND", "OUTCOME", "STARTED", "ENDED", "ATTEMPTS", "STATUS", "MESSAGE"]
    }

    var cells: [Cell] {
        [
            Cell(job), Cell(scheduledTime ?? "-"), Cell(kind), .condition(outcome), Cell(startTime ?? "-"),
            Cell(endTime ?? "-"), attempts.map { Cell($0.count) } ?? "-", status.map { .status($0) } ?? "-",
            Cell(message ?? lateReason),
        ]
    }
}
