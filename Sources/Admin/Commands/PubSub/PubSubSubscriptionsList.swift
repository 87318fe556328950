import AdminModel
import ArgumentParser

/// `trivetctl pubsub subscriptions list`.
struct PubSubSubscriptionsList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the subscriptions.")

    @Option(help: "Only this topic's.")
    var topic: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<SubscriptionInfo> {
        let client = global.client(in: context)
        let list = try await client.get(SubscriptionList.self, AdminPath.subscriptions, query: [("topic", topic)])
        return Listing(list.subscriptions)
    }
}

extension SubscriptionInfo: Row {
    static var columns: [String] { ["NAME", "TOPIC", "ENDPOINT", "BACKLOG", "OUTSTANDING", "OLDEST", "LAST_FAILURE"] }

    var cells: [Cell] {
        [
            Cell(name), Cell(topic), Cell(detached ? "(detached)" : pushConfig?.pushEndpoint ?? "(pull)"),
            status.backlog.map { Cell($0) } ?? "-", Cell(status.outstanding), Cell(status.oldestUnackedTime ?? "-"),
            status.lastPushFailure.map { Cell("\($0.time) \($0.message)", .bad) } ?? "-",
        ]
    }
}
