import AdminModel
import JSON

/// Cloud Storage's JSON API from the asking side.
struct StorageClient: Sendable {
    let client: AdminClient

    static let buckets = "/storage/v1/b"

    static func bucket(_ bucket: String) -> String { "\(buckets)/\(AdminClient.segment(bucket))" }
    static func objects(_ bucket: String) -> String { "\(Self.bucket(bucket))/o" }
    static func object(_ bucket: String, _ name: String) -> String {
        "\(objects(bucket))/\(AdminClient.segment(name))"
    }

    func buckets() async throws -> [BucketResource] {
        var found: [BucketResource] = []
        var token: String?
        repeat {
            let page = try await client.get(BucketResources.self, Self.buckets, query: [("pageToken", token)])
            found += page.items ?? []
            token = page.nextPageToken
        } while token != nil
        return found
    }

    /// What is below a prefix: all of it, or with a delimiter what a folder shows.
    func list(_ bucket: String, prefix: String, delimiter: String? = nil) async throws -> (
        objects: [ObjectResource], prefixes: [String]
    ) {
        var objects: [ObjectResource] = []
        var prefixes: [String] = []
        var token: String?
        repeat {
            let page = try await client.get(
                ObjectResources.self, Self.objects(bucket),
                query: [("prefix", prefix), ("delimiter", delimiter), ("pageToken", token)])
            objects += page.items ?? []
            prefixes += page.prefixes ?? []
            token = page.nextPageToken
        } while token != nil
        return (objects, prefixes)
    }

    func object(_ bucket: String, _ name: String) async throws -> ObjectResource {
        try await client.get(ObjectResource.self, Self.object(bucket, name))
    }

    /// The objects that a URL means: one, those of a pattern, or with `recursive` all below it.
    ///
    /// - Throws: `CommandError` with `notFound` when there are none.
    func find(_ url: String, recursive: Bool) async throws -> [ObjectResource] {
        let (bucket, name) = try StorageURL.cloud(url)
        let found: [ObjectResource]
        if Glob.isPattern(name) {
            let glob = Glob(name)
            let below = Glob(name + "/**")
            found = try await list(bucket, prefix: glob.prefix).objects.filter { object in
                glob.matches(object.name) || (recursive && below.matches(object.name))
            }
        } else if recursive {
            let folder = name.isEmpty || name.hasSuffix("/") ? name : name + "/"
            let below = try await list(bucket, prefix: folder).objects
            found = below.isEmpty && !name.isEmpty ? [try await object(bucket, name)] : below
        } else if name.isEmpty || name.hasSuffix("/") {
            throw CommandError(.usage, "\(url) is a folder: add --recursive, or name an object")
        } else {
            found = [try await object(bucket, name)]
        }
        guard !found.isEmpty else { throw CommandError(.notFound, "no object matches \(url)") }
        return found
    }

    func delete(_ object: ObjectResource) async throws {
        try await client.delete(Self.object(object.bucket, object.name), query: [("generation", object.generation)])
    }

    /// Copies within the daemon: no bytes come here.
    func copy(_ object: ObjectResource, to bucket: String, _ name: String, noClobber: Bool) async throws {
        let path =
            "\(Self.object(object.bucket, object.name))/rewriteTo/b/\(AdminClient.segment(bucket))"
            + "/o/\(AdminClient.segment(name))"
        _ = try await client.request(
            "POST", path,
            query: [("sourceGeneration", object.generation), ("ifGenerationMatch", noClobber ? "0" : nil)],
            body: Array("{}".utf8))
    }

    /// Gives an object another name in its bucket.
    func rename(_ object: ObjectResource, to name: String) async throws {
        let path = "\(Self.object(object.bucket, object.name))/moveTo/o/\(AdminClient.segment(name))"
        _ = try await client.request("POST", path, query: [("sourceGeneration", object.generation)])
    }

    /// The bytes of an object, as they come.
    func bytes(_ object: ObjectResource) async throws -> AdminStream {
        try await client.bytes(
            Self.object(object.bucket, object.name), query: [("alt", "media"), ("generation", object.generation)])
    }
}
