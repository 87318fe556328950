import AdminModel
import ArgumentParser

/// `trivetctl pubsub subscriptions ack NAME ACK_ID…`.
struct PubSubSubscriptionsAck: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Acknowledge pulled messages; exits 1 when one of them comes again all the same.")

    @Argument(help: "The subscription.")
    var name: String

    @Argument(help: "What the messages came with.")
    var ackIds: [String]

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<AckAnswer> {
        let path = try PubSubPath.subscription(name, ":acknowledge")
        let answer = try await global.client(in: context).post(AckAnswer.self, path, AckBody(ackIds: ackIds))
        return Single(answer, exitStatus: answer.ignored == 0 ? .done : .failed)
    }
}

extension AckAnswer: Described {
    var members: [(String, Cell)] { [("count", Cell(count)), ("ignored", Cell(ignored))] }
}
