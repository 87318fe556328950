import AdminModel
import ArgumentParser
import JSON

/// `trivetctl storage ls [URL…]`.
struct StorageLs: LeafCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List buckets, or what is in a bucket or below a prefix.")

    @Argument(help: "gs://BUCKET/PREFIX, also with wildcards; nothing: the buckets.")
    var urls: [String] = []

    @Flag(name: [.customShort("r"), .customLong("recursive")], help: "Also what is in folders.")
    var recursive = false

    @OptionGroup var global: GlobalOptions

    func answer(in context: CommandContext) async throws -> Listing<StorageEntry> {
        let storage = global.storage(in: context)
        guard !urls.isEmpty else {
            return Listing(try await storage.buckets().map { StorageEntry(url: StorageURL.text($0.name)) })
        }
        var entries: [StorageEntry] = []
        for url in urls { entries += try await list(url, storage) }
        return Listing(entries)
    }

    private func list(_ url: String, _ storage: StorageClient) async throws -> [StorageEntry] {
        let (bucket, name) = try StorageURL.cloud(url)
        if Glob.isPattern(name) { return try await storage.find(url, recursive: recursive).map(StorageEntry.init) }
        let isFolder = name.isEmpty || name.hasSuffix("/")
        if isFolder { return try await entries(bucket, name, storage) }
        // What has no slash at its end may be an object, a folder, or both.
        let below = try await entries(bucket, name + "/", storage)
        do {
            return [StorageEntry(try await storage.object(bucket, name))] + below
        } catch let error as CommandError where error.status == .notFound && !below.isEmpty {
            return below
        }
    }

    private func entries(_ bucket: String, _ prefix: String, _ storage: StorageClient) async throws -> [StorageEntry] {
        let found = try await storage.list(bucket, prefix: prefix, delimiter: recursive ? nil : "/")
        let entries =
            found.prefixes.map { StorageEntry(url: StorageURL.text(bucket, $0)) } + found.objects.map(StorageEntry.init)
        return entries.sorted { $0.url.precedesInBytes($1.url) }
    }
}

/// A bucket, a folder or an object in a list.
struct StorageEntry: Row, Encodable {
    let url: String
    /// Bytes as text; absent for what is no object.
    var size: String?
    var updated: String?

    init(url: String) { self.url = url }

    init(_ object: ObjectResource) {
        url = StorageURL.text(object.bucket, object.name)
        size = object.size
        updated = object.updated
    }

    static var columns: [String] { ["URL", "SIZE", "UPDATED"] }
    var cells: [Cell] { [Cell(url), Cell(size), Cell(updated)] }
}
