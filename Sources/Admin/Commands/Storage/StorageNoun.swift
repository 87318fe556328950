import ArgumentParser

/// `trivetctl storage …`.
struct StorageNoun: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage", abstract: "Buckets and objects.",
        discussion: """
            An object is gs://BUCKET/NAME. In names * is any text without /, ** any text, ? one character, [a-z] one of \
            these; quote them, so that the shell leaves them alone.
            """,
        subcommands: [
            StorageBuckets.self, StorageLs.self, StorageCp.self, StorageMv.self, StorageRm.self, StorageCat.self,
        ])
}

/// `trivetctl storage buckets …`.
struct StorageBuckets: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "buckets", abstract: "The buckets.",
        subcommands: [
            StorageBucketsList.self, StorageBucketsDescribe.self, StorageBucketsCreate.self, StorageBucketsDelete.self,
            StorageNotifications.self,
        ])
}

/// `trivetctl storage buckets notifications …`.
struct StorageNotifications: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notifications", abstract: "Where changes of a bucket's objects are told.",
        subcommands: [
            StorageNotificationsList.self, StorageNotificationsCreate.self, StorageNotificationsDelete.self,
        ])
}

extension GlobalOptions {
    /// The client for buckets and objects.
    func storage(in context: CommandContext) -> StorageClient { StorageClient(client: client(in: context)) }
}
