import AdminModel
import ArgumentParser

/// `trivetctl pubsub …`.
struct PubSubNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pubsub", abstract: "Topics and subscriptions.",
        subcommands: [PubSubTopics.self, PubSubSubscriptions.self])
}

/// `trivetctl pubsub topics …`.
struct PubSubTopics: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics", abstract: "What messages are published to.",
        subcommands: [
            PubSubTopicsCreate.self, PubSubTopicsList.self, PubSubTopicsDescribe.self, PubSubTopicsDelete.self,
            PubSubTopicsPublish.self, PubSubTopicsDetachSubscription.self,
        ])
}

/// `trivetctl pubsub subscriptions …`.
struct PubSubSubscriptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subscriptions", abstract: "What receives a topic's messages.",
        subcommands: [
            PubSubSubscriptionsCreate.self, PubSubSubscriptionsList.self, PubSubSubscriptionsDescribe.self,
            PubSubSubscriptionsUpdate.self, PubSubSubscriptionsDelete.self, PubSubSubscriptionsPull.self,
            PubSubSubscriptionsSeek.self, PubSubSubscriptionsAck.self,
        ])
}

/// The paths of one topic and of one subscription.
enum PubSubPath {
    static func topic(_ name: String, _ verb: String = "") throws(CommandError) -> String {
        "\(AdminPath.topics)/\(AdminClient.segment(try id(name, "topics")))\(verb)"
    }

    static func subscription(_ name: String, _ verb: String = "") throws(CommandError) -> String {
        "\(AdminPath.subscriptions)/\(AdminClient.segment(try id(name, "subscriptions")))\(verb)"
    }

    /// The last part of `projects/P/topics/T`, which a path of the API takes; the daemon checks it.
    private static func id(_ name: String, _ collection: String) throws(CommandError) -> String {
        guard name.utf8.contains(UInt8(ascii: "/")) else { return name }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "projects", parts[2] == collection else {
            throw CommandError(.usage, "\(name) is neither an id nor projects/PROJECT/\(collection)/ID")
        }
        return String(parts[3])
    }
}
