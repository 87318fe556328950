import AdminModel
import ArgumentParser

/// `trivetctl storage buckets notifications list BUCKET`.
struct StorageNotificationsList: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List where changes of a bucket's objects are told.")

    @Argument(help: "The bucket: gs://NAME, or its name.")
    var bucket: String

    @OptionGroup var global: GlobalOptions

    static func path(_ bucket: String) throws -> String {
        "\(StorageClient.bucket(try StorageURL.bucketName(bucket)))/notificationConfigs"
    }

    func answer(in context: CommandContext) async throws -> Listing<NotificationResource> {
        let path = try Self.path(bucket)
        return Listing(try await global.client(in: context).get(NotificationResources.self, path).items ?? [])
    }
}

extension NotificationResource: Row {
    static var columns: [String] { ["ID", "TOPIC", "EVENT_TYPES", "PREFIX", "PAYLOAD"] }
    var cells: [Cell] {
        [
            Cell(id), Cell(topic), Cell(eventTypes?.joined(separator: ",") ?? "all"), Cell(objectNamePrefix),
            Cell(payloadFormat),
        ]
    }
}
