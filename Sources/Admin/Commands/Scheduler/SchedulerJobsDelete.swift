import AdminModel
import ArgumentParser

/// `trivetctl scheduler jobs delete NAME`.
struct SchedulerJobsDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a job; asks before on a terminal. Its runs stay in the ledger.")

    @Argument(help: "The job's name, e.g. log-purge-job.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let client = global.client(in: context)
        try confirmation.confirm("Delete the job \(name)?", in: context)
        try await client.delete("\(AdminPath.jobs)/\(AdminClient.segment(name))")
        return Single(Deleted(what: name))
    }
}
