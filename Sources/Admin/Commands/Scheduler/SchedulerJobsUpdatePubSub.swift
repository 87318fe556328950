import AdminModel
import ArgumentParser
import JSON

/// `trivetctl scheduler jobs update pubsub NAME`.
struct SchedulerJobsUpdatePubSub: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "pubsub", abstract: "Change what is given of a job that publishes, and leave the rest.")

    @Argument(help: "The job's name.")
    var name: String

    @OptionGroup var options: PubSubJobOptions

    @Option(
        name: [.customLong("update-attributes"), .customLong("attributes")],
        help: ArgumentHelp("Attributes to add or to replace; may be repeated.", valueName: "name=value"))
    var updateAttributes: [String] = []

    @Option(help: "Names of attributes to remove, with commas between; may be repeated.")
    var removeAttributes: [String] = []

    @Flag(help: "Remove all attributes of the message.")
    var clearAttributes = false

    @Flag(help: "Back to none.")
    var clearOrderingKey = false

    @OptionGroup var clear: JobClearOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if clearAttributes, !(updateAttributes + removeAttributes).isEmpty {
            throw ValidationError("--clear-attributes excludes --update-attributes and --remove-attributes")
        }
        if clearOrderingKey, options.orderingKey != nil {
            throw ValidationError("--clear-ordering-key excludes --ordering-key")
        }
        try clear.check(with: options.job, options.body)
    }

    func answer(in context: CommandContext) async throws -> Single<JobInfo> {
        var attributes = JSONObject()
        for name in removeAttributes.flatMap({ $0.split(separator: ",") }) { attributes[String(name)] = .null }
        for (name, value) in try PubSubAttributes.parse(updateAttributes, option: "--update-attributes") {
            attributes[name] = .string(value)
        }
        var patch = try options.members(in: context, attributes: attributes)
        clear.write(to: &patch)
        if clear.messageBody { patch.set("pubsubTarget", "data", nil) }
        if clearAttributes { patch.set("pubsubTarget", "attributes", nil) }
        if clearOrderingKey { patch.set("pubsubTarget", "orderingKey", nil) }
        guard !patch.isEmpty else { throw CommandError(.usage, "nothing to change: give an option") }
        let path = "\(AdminPath.jobs)/\(AdminClient.segment(name))"
        return Single(try await global.client(in: context).send(JobInfo.self, "PATCH", path, patch))
    }
}
