import ArgumentParser

/// `trivetctl storage buckets notifications delete BUCKET ID`.
struct StorageNotificationsDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Tell changes on a topic no longer; asks before on a terminal.")

    @Argument(help: "The bucket: gs://NAME, or its name.")
    var bucket: String

    @Argument(help: "The notification's id, as list shows it.")
    var id: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let path = "\(try StorageNotificationsList.path(bucket))/\(AdminClient.segment(id))"
        try confirmation.confirm("Delete the notification \(id) of \(bucket)?", in: context)
        try await global.client(in: context).delete(path)
        return Single(Deleted(what: id))
    }
}
