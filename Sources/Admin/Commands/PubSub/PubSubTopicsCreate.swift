import AdminModel
import ArgumentParser

/// `trivetctl pubsub topics create NAME`.
struct PubSubTopicsCreate: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a topic.")

    @Argument(help: "The topic's id, e.g. storage-event.")
    var name: String

    @Option(help: "For how long a seek finds its messages, e.g. 7d (10m to 31d); without it, not at all.")
    var messageRetentionDuration: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<TopicInfo> {
        let body = TopicBody(name: name, messageRetentionDuration: messageRetentionDuration)
        return Single(try await global.client(in: context).post(TopicInfo.self, AdminPath.topics, body))
    }
}
