import ArgumentParser

/// `trivetctl storage buckets delete BUCKET`.
struct StorageBucketsDelete: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a bucket without objects; asks before on a terminal.")

    @Argument(help: "The bucket: gs://NAME, or its name.")
    var bucket: String

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<Deleted> {
        let name = try StorageURL.bucketName(bucket)
        try confirmation.confirm("Delete the bucket \(name)?", in: context)
        try await global.client(in: context).delete(StorageClient.bucket(name))
        return Single(Deleted(what: StorageURL.text(name)))
    }
}
