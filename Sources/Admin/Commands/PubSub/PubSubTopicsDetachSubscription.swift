import AdminModel
import ArgumentParser

/// `trivetctl pubsub topics detach-subscription NAME`.
struct PubSubTopicsDetachSubscription: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "detach-subscription",
        abstract: "Cut a subscription off from its topic; asks before on a terminal.",
        discussion: "What it has is given up. It cannot be attached again.")

    @Argument(help: "The subscription.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        let client = global.client(in: context)
        let path = try PubSubPath.subscription(name, ":detach")
        try confirmation.confirm("Detach the subscription \(name) and give up what it has?", in: context)
        return Single(try await client.post(SubscriptionInfo.self, path))
    }
}
