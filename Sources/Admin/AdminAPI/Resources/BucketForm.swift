import Hosting
import JSON
import ObjectStorage

/// Buckets: `name`, `location`, `storageClass`, `labels` and `watchedFolder`.
struct BucketForm: ResourceForm {
    let parts: AdminParts

    func whole(_ declared: JSONObject) async throws -> JSONObject {
        try declared.require(only: ["name", "location", "storageClass", "labels", "watchedFolder"])
        var metadata = BucketMetadata()
        metadata.location = try declared.optionalText("location")
        metadata.storageClass = try declared.optionalText("storageClass")
        metadata.labels = try declared.object("labels")
        metadata.watchedFolder = try declared.optionalText("watchedFolder")
        return Self.resource(try await parts.objects.plannedBucket(try declared.requiredText("name"), metadata))
    }

    func all() async throws -> StoredResources {
        StoredResources(try await parts.allBuckets().map(Self.resource))
    }

    private static func resource(_ bucket: Bucket) -> JSONObject {
        var resource = JSONObject()
        resource["name"] = .string(bucket.name)
        resource["location"] = .string(bucket.location)
        resource["storageClass"] = .string(bucket.storageClass)
        resource["labels"] = .object(bucket.labels)
        resource["watchedFolder"] = bucket.watchedFolder.map { .string($0) }
        return resource
    }
}

extension AdminParts {
    /// Every bucket, by name.
    func allBuckets() async throws -> [Bucket] {
        var found: [Bucket] = []
        var after: String?
        repeat {
            let page = try await objects.buckets(after: after)
            found += page.buckets
            after = page.next
        } while after != nil
        return found
    }
}
