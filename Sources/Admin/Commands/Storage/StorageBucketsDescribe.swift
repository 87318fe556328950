import AdminModel
import ArgumentParser

/// `trivetctl storage buckets describe BUCKET`.
struct StorageBucketsDescribe: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show one bucket.")

    @Argument(help: "The bucket: gs://NAME, or its name.")
    var bucket: String

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Single<BucketResource> {
        let path = StorageClient.bucket(try StorageURL.bucketName(bucket))
        return Single(try await global.client(in: context).get(BucketResource.self, path))
    }
}

extension BucketResource: Described {
    var members: [(String, Cell)] {
        let labels = (labels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [
            ("name", Cell(name)), ("location", Cell(location)), ("storageClass", Cell(storageClass)),
            ("timeCreated", Cell(timeCreated)), ("updated", Cell(updated)), ("metageneration", Cell(metageneration)),
            ("labels", Cell(labels.joined(separator: ", "))), ("watchedFolder", Cell(watchedFolder)),
        ].filter { !$0.1.text.isEmpty }
    }
}
