import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs resume NAME`.
struct SchedulerJobsResume: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a paused job run again, from its next instant on.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name)):resume"
        return Single(try await global.client(in: context).post(JobInfo.self, path))
    }
}
