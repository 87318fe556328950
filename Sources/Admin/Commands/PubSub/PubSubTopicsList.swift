import AdminModel
import ArgumentParser

/// `trivetctl pubsub topics list`.
struct PubSubTopicsList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the topics.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<TopicInfo> {
        Listing(try await global.client(in: context).get(TopicList.self, AdminPath.topics).topics)
    }
}

extension TopicInfo: Row {
    static var columns: [String] { ["NAME", "SUBSCRIPTIONS", "RETENTION", "CREATED"] }

    var cells: [Cell] {
        [Cell(name), Cell(subscriptions.count), Cell(messageRetentionDuration ?? "-"), Cell(createTime)]
    }
}
