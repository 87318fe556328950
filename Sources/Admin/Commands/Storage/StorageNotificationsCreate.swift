import AdminModel
import ArgumentParser

/// `trivetctl storage buckets notifications create BUCKET --topic TOPIC`.
struct StorageNotificationsCreate: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Tell changes of a bucket's objects on a topic.")

    @Argument(help: "The bucket: gs://NAME, or its name.")
    var bucket: String

    @Option(help: ArgumentHelp("The topic: its name, or projects/PROJECT/topics/NAME.", valueName: "topic"))
    var topic: String

    @Option(
        name: .customLong("event-types"),
        help: ArgumentHelp(
            "Only these, with commas: OBJECT_FINALIZE, OBJECT_METADATA_UPDATE, OBJECT_DELETE, OBJECT_ARCHIVE.",
            valueName: "types"))
    var eventTypes: String?

    @Option(
        name: .customLong("object-prefix"),
        help: ArgumentHelp("Only objects whose names begin so.", valueName: "prefix"))
    var objectPrefix: String?

    @Option(
        name: .customLong("payload-format"),
        help: ArgumentHelp("What a message carries: json or none.", valueName: "format"))
    var payloadFormat: PayloadOption = .json

    @Option(
        name: .customLong("custom-attributes"), parsing: .singleValue,
        help: ArgumentHelp("Attributes of each message besides its own: KEY=VALUE,…", valueName: "attributes"))
    var customAttributes: [String] = []

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<NotificationResource> {
        let wish = NotificationWish(
            // A name without a project is one of the daemon's own, which it writes `_`.
            topic: topic.contains("/") ? topic : "projects/_/topics/\(topic)",
            payload_format: payloadFormat == .json ? "JSON_API_V1" : "NONE",
            event_types: eventTypes.map { $0.split(separator: ",").map(String.init) },
            object_name_prefix: objectPrefix, custom_attributes: try attributes())
        let path = try StorageNotificationsList.path(bucket)
        return Single(try await global.client(in: context).post(NotificationResource.self, path, wish))
    }

    private func attributes() throws -> [String: String]? {
        var attributes: [String: String] = [:]
        for item in customAttributes.flatMap({ $0.split(separator: ",") }) {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2, !pair[0].isEmpty else {
                throw CommandError(.usage, "\(item) is no attribute: write KEY=VALUE")
            }
            attributes[String(pair[0])] = String(pair[1])
        }
        return attributes.isEmpty ? nil : attributes
    }
}

/// The value of `--payload-format`.
enum PayloadOption: String, ExpressibleByArgument, CaseIterable {
    case json
    case none
}

/// What a notification is to be, in Google's names.
private struct NotificationWish: Encodable {
    let topic: String
    let payload_format: String
    let event_types: [String]?
    let object_name_prefix: String?
    let custom_attributes: [String: String]?
}

extension NotificationResource: Described {
    var members: [(String, Cell)] {
        let attributes = (customAttributes ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
            ("id", Cell(id)), ("topic", Cell(topic)),
            ("eventTypes", Cell(eventTypes?.joined(separator: ", ") ?? "all")),
            ("objectNamePrefix", Cell(objectNamePrefix)), ("payloadFormat", Cell(payloadFormat)),
            ("customAttributes", Cell(attributes.joined(separator: ", "))),
        ].filter { !$0.1.text.isEmpty }
    }
}
