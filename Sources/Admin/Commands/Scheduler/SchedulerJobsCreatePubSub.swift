import AdminModel
import ArgumentParser
import JSON

/// `trivetctl scheduler jobs create pubsub NAME`.
struct SchedulerJobsCreatePubSub: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "pubsub", abstract: "Create a job that publishes a message at the instants of a schedule.")

    @Argument(help: "The job's name: 1 to 500 letters, digits, - and _.")
    var name: String

    @OptionGroup var options: PubSubJobOptions

    @Option(
        help: ArgumentHelp("Attributes of the message, with commas between; may be repeated.", valueName: "name=value"))
    var attributes: [String] = []

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard options.job.schedule != nil else { throw ValidationError("--schedule is missing") }
        guard options.topic != nil else { throw ValidationError("--topic is missing") }
        guard options.body.isSet || !attributes.isEmpty else {
            throw ValidationError("give --message-body, --message-body-from-file or --attributes")
        }
    }

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        var named = JSONObject()
        for (name, value) in try PubSubAttributes.parse(attributes, option: "--attributes") {
            named[name] = .string(value)
        }
        var job = try options.members(in: context, attributes: named)
        job["name"] = .string(name)
        return Single(try await global.client(in: context).send(JobInfo.self, "POST", AdminPath.jobs, job))
    }
}
