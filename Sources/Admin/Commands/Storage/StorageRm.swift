import AdminModel
import ArgumentParser
import JSON

/// `trivetctl storage rm URL…`.
struct StorageRm: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete objects; asks before on a terminal.")

    @Argument(help: "gs://BUCKET/NAME, also with wildcards.")
    var urls: [String]

    @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Delete all below a prefix.")
    var recursive = false

    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<DeletedObject> {
        let storage = global.storage(in: context)
        var objects: [ObjectResource] = []
        var known: Set<ObjectResource> = []
        for url in urls {
            for object in try await storage.find(url, recursive: recursive) where known.insert(object).inserted {
                objects.append(object)
            }
        }
        let what = objects.count == 1 ? StorageURL.text(objects[0].bucket, objects[0].name) : "\(objects.count) objects"
        try confirmation.confirm("Delete \(what)?", in: context)
        return try await .ofEach(objects) { object in
            // One that somebody else deleted meanwhile is gone, as it was to be.
            do { try await storage.delete(object) } catch let error as CommandError where error.status == .notFound {}
            return DeletedObject(deleted: StorageURL.text(object.bucket, object.name))
        }
    }
}

/// One object that is gone.
struct DeletedObject: Row, Encodable {
    let deleted: String

    static var columns: [String] { ["DELETED"] }
    var cells: [Cell] { [Cell(deleted)] }
}
