import AdminModel
import ArgumentParser

/// `trivetctl pubsub topics describe NAME`.
struct PubSubTopicsDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one topic.")

    @Argument(help: "The topic, e.g. storage-event.")
    var name: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<TopicInfo> {
        Single(try await global.client(in: context).get(TopicInfo.self, try PubSubPath.topic(name)))
    }
}

extension TopicInfo: Described {
    var members: [(String, Cell)] {
        var members: [(String, Cell)] = [("name", Cell(name)), ("createTime", Cell(createTime))]
        if let messageRetentionDuration {
            members.append(("messageRetentionDuration", Cell(messageRetentionDuration)))
        }
        return members + subscriptions.map { ("subscription", Cell($0)) }
    }
}
