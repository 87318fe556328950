import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs describe NAME`.
struct SchedulerJobsDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one job.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name))"
        return Single(try await global.client(in: context).get(JobInfo.self, path))
    }
}

extension JobInfo: Described {
    var members: [(String, Cell)] {
        [
            ("name", Cell(name)), ("schedule", Cell(schedule)), ("timeZone", Cell(timeZone)),
            ("state", .condition(state)), ("target", Cell("\(httpTarget.httpMethod) \(httpTarget.uri)")),
            ("attemptDeadline", Cell(attemptDeadline)), ("nextTime", Cell(nextTime)),
        ] + (lastRun?.members.map { ("lastRun.\($0.0)", $0.1) } ?? [])
    }
}
