import AdminModel
import ArgumentParser

/// `trivetctl pubsub subscriptions seek NAME --time T`.
struct PubSubSubscriptionsSeek: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "seek",
        abstract: "Go to a time: what was published before is acknowledged, what is kept of the rest is not.")

    @Argument(help: "The subscription.")
    var name: String

    @Option(help: "A duration back from now (10m) or RFC 3339.")
    var time: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<SubscriptionInfo> {
        let path = try PubSubPath.subscription(name, ":seek")
        return Single(try await global.client(in: context).post(SubscriptionInfo.self, path, SeekBody(time: time)))
    }
}
