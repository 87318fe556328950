import AdminModel
import ArgumentParser
import JSON

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
        guard !clearRetryPolicy || (options.minRetryDelay == nil && options.maxRetryDelay == nil) else {
            throw ValidationError("--clear-retry-policy and a retry delay cannot both be")
        }
        guard !clearDeadLetterPolicy || options.deadLetterTopic == nil else {
            throw ValidationError("--clear-dead-letter-policy and --dead-letter-topic cannot both be")
        }
    }

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        var patch = options.members
        if clearRetryPolicy { patch["retryPolicy"] = .null }
        if clearDeadLetterPolicy { patch["deadLetterPolicy"] = .null }
        guard !patch.isEmpty else { throw CommandError(.usage, "nothing to change: give an option") }
        let path = try PubSubPath.subscription(name)
        return Single(try await global.client(in: context).send(SubscriptionInfo.self, "PATCH", path, patch))
    }
}
