import AdminModel
import ArgumentParser

/// `trivetctl pubsub subscriptions delete NAME`.
struct PubSubSubscriptionsDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a subscription and what it has; asks before on a terminal.")

    @Argument(help: "The subscription.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let client = global.client(in: context)
        let path = try PubSubPath.subscription(name)
        try confirmation.confirm("Delete the subscription \(name) and what it has?", in: context)
        try await client.delete(path)
        return Single(Deleted(what: name))
    }
}
