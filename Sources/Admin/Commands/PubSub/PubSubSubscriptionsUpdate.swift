import AdminModel
import ArgumentParser

/// `trivetctl pubsub subscriptions update NAME`.
struct PubSubSubscriptionsUpdate: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a subscription; what is not given stays.",
        discussion: "Topic, filter and order cannot be changed. --push-endpoint '' makes it a pull subscription.")

    @Argument(help: "The subscription.")
    var name: String

    @OptionGroup var options: SubscriptionOptions

    @Flag(help: "Send messages again as soon as they can be.")
    var clearRetryPolicy = false

    @Flag(help: "Send messages for as long as they are kept.")
    var clearDeadLetterPolicy = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard !clearRetryPolicy || options.retryPolicy == nil else {
            throw ValidationError("--clear-retry-policy and a retry delay cannot both be")
        }
        guard !clearDeadLetterPolicy || options.deadLetterTopic == nil else {
            throw ValidationError("--clear-dead-letter-policy and --dead-letter-topic cannot both be")
        }
    }

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        var patch = SubscriptionPatch()
        if let endpoint = options.pushEndpoint {
            patch.pushConfig = endpoint.isEmpty ? .clear : options.pushConfig.map { .set($0) } ?? .keep
        }
        patch.ackDeadlineSeconds = options.ackDeadline.map { .set($0) } ?? .keep
        patch.retainAckedMessages = options.retainAckedMessages.map { .set($0) } ?? .keep
        patch.messageRetentionDuration = options.messageRetentionDuration.map { .set($0) } ?? .keep
        patch.expirationPolicy = options.expirationPolicy.map { .set($0) } ?? .keep
        patch.retryPolicy = clearRetryPolicy ? .clear : options.retryPolicy.map { .set($0) } ?? .keep
        patch.deadLetterPolicy = clearDeadLetterPolicy ? .clear : options.deadLetterPolicy.map { .set($0) } ?? .keep
        guard patch != SubscriptionPatch() else { throw CommandError(.usage, "nothing to change is given") }
        let path = try PubSubPath.subscription(name)
        return Single(try await global.client(in: context).patch(SubscriptionInfo.self, path, patch))
    }
}
