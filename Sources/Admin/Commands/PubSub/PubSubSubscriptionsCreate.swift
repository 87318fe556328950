import AdminModel
import ArgumentParser
import JSON

/// `trivetctl pubsub subscriptions create NAME --topic TOPIC`.
struct PubSubSubscriptionsCreate: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a subscription: pushed with --push-endpoint, else pulled.")

    @Argument(help: "The subscription's id, e.g. push-storage-event.")
    var name: String

    @Option(help: "The topic.")
    var topic: String

    @OptionGroup var options: SubscriptionOptions

    @Option(help: "Which messages it receives, e.g. 'attributes.eventType = \"OBJECT_FINALIZE\"'.")
    var messageFilter: String?

    @Flag(help: "Deliver messages with the same ordering key in their order.")
    var enableMessageOrdering = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard options.deadLetterTopic != nil || options.maxDeliveryAttempts == nil else {
            throw ValidationError("--max-delivery-attempts needs --dead-letter-topic")
        }
    }

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        var body = options.members
        body["name"] = .string(name)
        body["topic"] = .string(topic)
        body["filter"] = messageFilter.map { .string($0) }
        body["enableMessageOrdering"] = enableMessageOrdering ? true : nil
        let client = global.client(in: context)
        return Single(try await client.send(SubscriptionInfo.self, "POST", AdminPath.subscriptions, body))
    }
}
