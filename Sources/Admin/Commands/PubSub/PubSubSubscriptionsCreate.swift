import AdminModel
import ArgumentParser

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

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        var body = SubscriptionBody(name: name, topic: topic)
        body.pushConfig = options.pushConfig
        body.ackDeadlineSeconds = options.ackDeadline
        body.retainAckedMessages = options.retainAckedMessages
        body.messageRetentionDuration = options.messageRetentionDuration
        body.expirationPolicy = options.expirationPolicy
        body.retryPolicy = options.retryPolicy
        body.deadLetterPolicy = options.deadLetterPolicy
        body.filter = messageFilter
        body.enableMessageOrdering = enableMessageOrdering
        return Single(try await global.client(in: context).post(SubscriptionInfo.self, AdminPath.subscriptions, body))
    }
}
