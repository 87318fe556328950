import AdminModel
import ArgumentParser

/// `trivetctl storage buckets list`.
struct StorageBucketsList: LeafCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the buckets.")

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<BucketResource> {
        Listing(try await global.storage(in: context).buckets())
    }
}

extension BucketResource: Row {
    static var columns: [String] { ["NAME", "LOCATION", "STORAGE_CLASS", "CREATED", "WATCHED_FOLDER"] }
    var cells: [Cell] { [Cell(name), Cell(location), Cell(storageClass), Cell(timeCreated), Cell(watchedFolder)] }
}
