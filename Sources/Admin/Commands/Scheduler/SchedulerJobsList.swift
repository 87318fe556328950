import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs list`.
struct SchedulerJobsList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the jobs.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<JobInfo> {
        Listing(try await global.client(in: context).get(JobList.self, AdminPath.jobs).jobs)
    }
}

extension JobInfo: Row {
    static var columns: [String] { ["NAME", "SCHEDULE", "ZONE", "STATE", "TARGET", "NEXT", "LAST_OUTCOME"] }

    var cells: [Cell] {
        [
            Cell(name), Cell(schedule), Cell(timeZone), .condition(state),
            Cell(target), Cell(nextTime ?? "-"),
            lastRun.map { .condition($0.outcome) } ?? "-",
        ]
    }

    /// What a run calls, or where it publishes.
    var target: String {
        if let pubsubTarget { return "PUBLISH \(pubsubTarget.topicName)" }
        return httpTarget.map { "\($0.httpMethod) \($0.uri)" } ?? "-"
    }
}
