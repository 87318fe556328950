import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs pause NAME`.
struct SchedulerJobsPause: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let a job's instants pass without runs, until it is resumed.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name)):pause"
        return Single(try await global.client(in: context).post(JobInfo.self, path))
    }
}
