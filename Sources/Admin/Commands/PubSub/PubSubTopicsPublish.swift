import AdminModel
import ArgumentParser
import JSON

/// `trivetctl pubsub topics publish NAME`.
struct PubSubTopicsPublish: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish", abstract: "Publish a message; it is stored when this answers.")

    @Argument(help: "The topic, e.g. storage-event.")
    var name: String

    @Option(help: "The message's data; without it, stdin is sent when it is no terminal and no attribute is given.")
    var message: String?

    @Option(
        name: .customLong("attribute"),
        help: ArgumentHelp("An attribute, or several with commas; may be repeated.", valueName: "name=value"))
    var attributes: [String] = []

    @Option(help: "Messages with the same key keep their order.")
    var orderingKey: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<PublishAnswer> {
        let named = try PubSubAttributes.parse(attributes, option: "--attribute")
        var data = message.map { Array($0.utf8) }
        if data == nil, named.isEmpty, !context.terminal.input { data = try context.readFile("-") }
        guard data?.isEmpty == false || !named.isEmpty else {
            throw CommandError(.usage, "give --message, --attribute, or data on stdin")
        }
        let body = PublishBody(messages: [
            PublishMessage(
                data: data.map { Base64.encode($0) }, attributes: named.isEmpty ? nil : named,
                orderingKey: orderingKey)
        ])
        let client = global.client(in: context)
        return Single(try await client.post(PublishAnswer.self, try PubSubPath.topic(name, ":publish"), body))
    }
}

extension PublishAnswer: Described {
    var members: [(String, Cell)] { messageIds.map { ("messageId", Cell($0)) } }
}

/// `k=v,k2=v2`, as gcloud takes it.
enum PubSubAttributes {
    /// The names and values that an option gave.
    static func parse(_ texts: [String], option: String) throws(CommandError) -> [String: String] {
        var attributes: [String: String] = [:]
        for text in texts {
            for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                    throw CommandError(.usage, "\(option) \(text): \"\(pair)\" is not NAME=VALUE")
                }
                let name = String(pair[..<equals])
                guard attributes.updateValue(String(pair[pair.index(after: equals)...]), forKey: name) == nil else {
                    throw CommandError(.usage, "\(option) \(name) is given twice")
                }
            }
        }
        return attributes
    }
}
