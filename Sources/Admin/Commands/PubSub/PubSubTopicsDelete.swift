import AdminModel
import ArgumentParser

/// `trivetctl pubsub topics delete NAME`.
struct PubSubTopicsDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a topic; asks before on a terminal.",
        discussion: "Its subscriptions stay and give what they still have.")

    @Argument(help: "The topic.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let client = global.client(in: context)
        let path = try PubSubPath.topic(name)
        try confirmation.confirm("Delete the topic \(name)?", in: context)
        try await client.delete(path)
        return Single(Deleted(what: name))
    }
}
