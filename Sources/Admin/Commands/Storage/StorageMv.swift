import AdminModel
import ArgumentParser

/// `trivetctl storage mv SOURCE… DESTINATION`.
struct StorageMv: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "mv", abstract: "Give objects other names, or move them to another bucket.")

    @Argument(help: "gs://BUCKET/NAME, also with wildcards, and last where to.")
    var places: [String]

    @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Move all below a prefix.")
    var recursive = false

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<CopiedObject> {
        guard places.count >= 2, let last = places.last else {
            throw CommandError(.usage, "mv needs what to move and where to")
        }
        for place in places { _ = try StorageURL.cloud(place) }
        let storage = global.storage(in: context)
        let plan = try await CopyPlan.make(
            places.dropLast(), to: try StorageURL(last), recursive: recursive, storage, context.files)
        return try await .ofEach(plan) { step in
            guard case .object(let object) = step.source, case .cloud(let bucket, let name) = step.destination else {
                return nil
            }
            try await move(object, to: bucket, name, storage)
            return CopiedObject(
                source: StorageURL.text(object.bucket, object.name), destination: StorageURL.text(bucket, name),
                size: object.size)
        }
    }

    /// Within a bucket in one step; else by a copy, after which the source goes.
    private func move(
        _ object: ObjectResource, to bucket: String, _ name: String, _ storage: StorageClient
    ) async throws {
        if bucket == object.bucket { return try await storage.rename(object, to: name) }
        try await storage.copy(object, to: bucket, name, noClobber: false)
        try await storage.delete(object)
    }
}
