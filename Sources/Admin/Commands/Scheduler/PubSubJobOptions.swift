import ArgumentParser
import JSON

/// What `create pubsub` and `update pubsub` take alike.
struct PubSubJobOptions: ParsableArguments {
    @Option(help: "The topic to publish to, e.g. storage-event.")
    var topic: String?

    @OptionGroup var body: JobBodyOptions

    @Option(help: "Messages with the same key keep their order.")
    var orderingKey: String?

    @OptionGroup var job: JobOptions

    /// The members that these options set, as the admin API takes them; of the attributes, null for one removes it.
    func members(in context: CommandContext, attributes: JSONObject) throws -> JSONObject {
        var target = JSONObject()
        target["topicName"] = topic.map { .string($0) }
        target["data"] = try body.text(in: context)
        target["orderingKey"] = orderingKey.map { .string($0) }
        if !attributes.isEmpty { target["attributes"] = .object(attributes) }
        var members = job.members
        if !target.isEmpty { members["pubsubTarget"] = .object(target) }
        return members
    }
}
