import AdminModel
import ArgumentParser
import JSON

/// `trivetctl scheduler jobs create http NAME`.
struct SchedulerJobsCreateHTTP: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "http", abstract: "Create a job that calls a URL at the instants of a schedule.")

    @Argument(help: "The job's name: 1 to 500 letters, digits, - and _.")
    var name: String

    @OptionGroup var options: HTTPJobOptions

    @Option(help: "Headers, e.g. Content-Type=application/json,X-Colour=blue; may be repeated.")
    var headers: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard options.job.schedule != nil else { throw ValidationError("--schedule is missing") }
        guard options.uri != nil else { throw ValidationError("--uri is missing") }
    }

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        var job = try options.members(in: context)
        job["name"] = .string(name)
        for header in try HeaderList.parse(headers) {
            var all = job["httpTarget"]?.object?["headers"]?.object ?? JSONObject()
            all[header.name] = .string(header.value)
            job.set("httpTarget", "headers", .object(all))
        }
        return Single(try await global.client(in: context).send(JobInfo.self, "POST", AdminPath.jobs, job))
    }
}
