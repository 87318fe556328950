import AdminModel
import ArgumentParser
import JSON

/// `trivetctl pubsub subscriptions pull NAME`.
struct PubSubSubscriptionsPull: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Take messages of a pull subscription.",
        discussion: "A message that is not acknowledged within the ack deadline comes again.")

    @Argument(help: "The subscription.")
    var name: String

    @Option(help: "How many messages at most, 1 to 1000.")
    var limit = 1

    @Option(help: "How long to wait for the first one, e.g. 10s, a minute at most (default: not at all).")
    var wait: String?

    @Flag(help: "Acknowledge the messages at once.")
    var autoAck = false

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<PulledMessage> {
        let client = global.client(in: context)
        let body = PullBody(maxMessages: limit, wait: wait)
        let answer = try await client.json(posting: body, to: try PubSubPath.subscription(name, ":pull"))
        let messages = (answer["receivedMessages"]?.array ?? []).map { PulledMessage(value: $0) }
        if autoAck, !messages.isEmpty {
            let path = try PubSubPath.subscription(name, ":acknowledge")
            _ = try await client.post(AckAnswer.self, path, AckBody(ackIds: messages.map(\.ackID)))
        }
        return Listing(messages)
    }
}

/// A message as the daemon gave it.
struct PulledMessage: Row {
    let value: JSONValue

    static var columns: [String] { ["DATA", "MESSAGE_ID", "ORDERING_KEY", "ATTRIBUTES", "ATTEMPT", "ACK_ID"] }

    func json() -> JSONValue { value }

    var ackID: String { value.object?["ackId"]?.string ?? "" }

    var cells: [Cell] {
        let message = value.object?["message"]?.object
        let data = message?["data"]?.string.flatMap(Base64.decode) ?? []
        let attributes = (message?["attributes"]?.object ?? JSONObject()).map { "\($0.name)=\($0.value.string ?? "")" }
        return [
            Cell(String(decoding: data, as: UTF8.self)), Cell(message?["messageId"]?.string),
            Cell(message?["orderingKey"]?.string), Cell(attributes.joined(separator: ",")),
            Cell(value.object?["deliveryAttempt"]?.integer.map { String($0) }), Cell(ackID),
        ]
    }
}
