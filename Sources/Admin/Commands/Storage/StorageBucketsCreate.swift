import AdminModel
import ArgumentParser

/// `trivetctl storage buckets create BUCKET`.
struct StorageBucketsCreate: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a bucket, or let the files of a folder be one.")

    @Argument(help: "The bucket: gs://NAME, or its name.")
    var bucket: String

    @Option(help: ArgumentHelp("Where it is; kept and shown.", valueName: "place"))
    var location: String?

    @Option(
        help: ArgumentHelp(
            "A folder, as an absolute path: its files are the objects, and what any program changes there makes events.",
            valueName: "folder"))
    var watch: String?

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<BucketResource> {
        let wish = BucketWish(name: try StorageURL.bucketName(bucket), location: location, watchedFolder: watch)
        return Single(try await global.client(in: context).post(BucketResource.self, StorageClient.buckets, wish))
    }
}

/// What a bucket is to be.
private struct BucketWish: Encodable {
    let name: String
    let location: String?
    let watchedFolder: String?
}
